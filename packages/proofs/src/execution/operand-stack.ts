// WASM's stack at compile time. What lies on it is not computed again: a local, a constant, or a
// comparison that a branch may take as it is; only what has to survive gets a register of its own.
import type { Assembly } from './assembly.ts'
import { operations, type Switch } from './instruction.ts'

export type Entry =
  /** In the register of its height, of a local or of a global. */
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** Only ever on top. */
  | {
      readonly kind: 'comparison'
      readonly on: readonly Switch[]
      readonly a: number
      readonly b: number
    }

export class OperandStack {
  readonly #assembly: Assembly
  readonly #entries: Entry[] = []
  /** Registers by height. */
  readonly #own: number[] = []

  constructor(assembly: Assembly) {
    this.#assembly = assembly
  }

  get height(): number {
    return this.#entries.length
  }

  /** The register that a value at this height is put in. */
  ownRegister(height = this.#entries.length): number {
    while (this.#own.length <= height) this.#own.push(this.#assembly.register())
    return this.#own[height]!
  }

  push(entry: Entry): void {
    if (this.#entries.at(-1)?.kind === 'comparison') this.#settle(this.#entries.length - 1)
    this.#entries.push(entry)
  }

  /** What the next instruction writes: a register of its own, which is now on top. */
  pushOwn(): number {
    const register = this.ownRegister()
    this.push({ kind: 'register', register })
    return register
  }

  pop(): Entry {
    return this.#entries.pop()!
  }

  /** The top, in some register. */
  popRegister(): number {
    const entry = this.pop()
    if (entry.kind === 'register') return entry.register
    if (entry.kind === 'constant') return this.#assembly.constant(entry.value)
    const register = this.ownRegister()
    this.#write(entry, register)
    return register
  }

  cutTo(height: number): void {
    this.#entries.length = height
  }

  /** Before `register` changes: whatever still means its old value gets it now. */
  release(register: number): void {
    for (const [height, entry] of this.#entries.entries()) {
      const isMeant =
        entry.kind === 'register'
          ? entry.register === register && this.#own[height] !== register
          : entry.kind === 'comparison' && (entry.a === register || entry.b === register)
      if (isMeant) this.#settle(height)
    }
  }

  /** Before code that may or may not run: nothing is left to be computed in it. */
  settle(): void {
    for (const [height, entry] of this.#entries.entries()) {
      if (entry.kind !== 'constant') this.#settle(height)
    }
  }

  /** Puts an entry that is no longer on the stack into a register. */
  assign(entry: Entry, register: number): void {
    const isOwn = entry.kind === 'register' && this.#own.includes(entry.register)
    if (isOwn && this.#assembly.redirect(entry.register, register)) return
    this.#write(entry, register)
  }

  #settle(height: number): void {
    const register = this.ownRegister(height)
    const entry = this.#entries[height]!
    this.#entries[height] = { kind: 'register', register }
    this.#write(entry, register)
  }

  #write(entry: Entry, register: number): void {
    if (entry.kind === 'comparison') {
      this.#assembly.emit([...entry.on, 'flag'], entry.a, entry.b, register)
      return
    }
    const from = entry.kind === 'constant' ? this.#assembly.constant(entry.value) : entry.register
    if (from !== register) this.#assembly.emit(operations.move, from, from, register)
  }
}
