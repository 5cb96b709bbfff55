// Lists of numbers that grow as they are filled, and can be emptied without giving memory back.

export class NumberList {
  items: Int32Array
  length = 0

  constructor(capacity = 1_024) {
    this.items = new Int32Array(capacity)
  }

  push(item: number): void {
    if (this.length === this.items.length) this.#grow()
    this.items[this.length++] = item
  }

  clear(): void {
    this.length = 0
  }

  #grow(): void {
    const items = new Int32Array(this.items.length * 2)
    items.set(this.items)
    this.items = items
  }
}
