// A program as it is put together: registers as they are needed, labels before their places are
// known, and memory behind the last register.
import { addressesMax } from './commitments.ts'
import { encode, type Instruction, operations, type Switch } from './instruction.ts'
import { zeroWord } from './machine.ts'
import { Unfit } from './unfit.ts'

export type Label = { place: number | null }

/** An instruction some of whose addresses are not known yet. */
interface Drafted {
  a: number
  b: number
  d: number
  readonly on: readonly Switch[]
  /** The address that is one of memory: the register that comes before all memory is added. */
  readonly memory?: 'a' | 'd'
  readonly to?: Label
}

export class Assembly {
  readonly #drafts: Drafted[] = []
  readonly #constants = new Map<number, number>([[0, zeroWord]])
  #registers = 2
  /** Where the last label points: code before it may have come from elsewhere. */
  #joinedAt = 0

  register(): number {
    const register = this.#registers++
    if (register >= addressesMax) throw new Unfit(`it needs more than ${addressesMax} registers`)
    return register
  }

  constant(value: number): number {
    const known = this.#constants.get(value >>> 0)
    if (known !== undefined) return known
    const register = this.register()
    this.#constants.set(value >>> 0, register)
    return register
  }

  emit(on: readonly Switch[], a: number, b: number, d: number): void {
    this.#add({ a, b, d, on })
  }

  /** The word of memory is `a` for what reads, `d` for what writes. */
  emitMemory(on: readonly Switch[], memory: 'a' | 'd', a: number, b: number, d: number): void {
    this.#add({ a, b, d, on, memory })
  }

  jump(to: Label, on: readonly Switch[] = [], a = zeroWord, b = zeroWord): void {
    const always = on.length === 0 ? operations.jump : [...on, 'jump' as const]
    this.#add({ a, b, d: 0, on: always, to })
  }

  /** An endless loop: nothing after it is ever proved. */
  stay(): void {
    const here: Label = { place: null }
    this.place(here)
    this.jump(here)
  }

  place(label: Label): void {
    label.place = this.#drafts.length
    this.#joinedAt = this.#drafts.length
  }

  /** Has the last instruction write elsewhere, if all it does is to write to `from`. */
  redirect(from: number, to: number): boolean {
    if (from === to) return true
    const last = this.#drafts.at(-1)
    if (last === undefined || this.#joinedAt === this.#drafts.length) return false
    if (last.d !== from || last.memory === 'd') return false
    if (last.on.includes('jump') || last.on.includes('pick')) return false
    last.d = to
    return true
  }

  get usesMemory(): boolean {
    return this.#drafts.some(({ memory }) => memory !== undefined)
  }

  finish(): { program: bigint[]; registers: number; constants: ReadonlyMap<number, number> } {
    const program = this.#drafts.map((draft) => {
      const memory = this.#registers
      const instruction: Instruction = {
        a: draft.a + (draft.memory === 'a' ? memory : 0),
        b: draft.b,
        d: draft.to?.place ?? draft.d + (draft.memory === 'd' ? memory : 0),
        on: draft.on,
      }
      const far = Math.max(instruction.a, instruction.d)
      if (far >= addressesMax) throw new Unfit('it uses an address of memory beyond what fits')
      return encode(instruction)
    })
    return { program, registers: this.#registers, constants: this.#constants }
  }

  #add(draft: Drafted): void {
    this.#drafts.push(draft)
    if (this.#drafts.length > addressesMax) {
      throw new Unfit(`it needs more than ${addressesMax} instructions`)
    }
  }
}
