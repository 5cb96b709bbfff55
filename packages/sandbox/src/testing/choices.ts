/** Input of a property as a source of decisions; when used up, always the first possibility. */
export class Choices {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get usedUp(): boolean {
    return this.#at >= this.#bytes.length
  }

  pick(count: number): number {
    return this.usedUp ? 0 : this.#bytes[this.#at++]! % count
  }

  one<T>(items: readonly T[]): T {
    return items[this.pick(items.length)]!
  }

  some<T>(countMax: number, items: readonly T[]): T[] {
    return Array.from({ length: this.pick(countMax + 1) }, () => this.one(items))
  }
}
