// Functions at random of everything that fits: they end, because loops count down and calls go to
// functions further on.
import { signed, type TestFunction, type TestModule, unsigned } from './wasm-function.ts'

const comparing = [0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f]
const computing = [0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78]
const odd = [0, 1, -1, 2, 31, 32, 255, 0x7fffffff, -0x80000000, 0x12345678]
const [params, locals, globals] = [2, 3, 2]

/** `choose(n)` gives a number below n. */
export function randomModule(choose: (below: number) => number): TestModule {
  const functions = [0, 1, 2].map((index): TestFunction => {
    const writer = new Writer(choose, index)
    const body = [...writer.statements(3), ...writer.expression(3)]
    return { params, results: 1, locals, body }
  })
  return { functions, globals: [7, -9], data: [1, 2, 3, 4, 250, 251, 252, 253, 9] }
}

class Writer {
  readonly #choose: (below: number) => number
  readonly #index: number
  /** Locals that count loops are not written to. */
  #loops = 0

  constructor(choose: (below: number) => number, index: number) {
    this.#choose = choose
    this.#index = index
  }

  statements(depth: number): number[] {
    return Array.from({ length: this.#choose(4) }, () => this.#statement(depth)).flat()
  }

  #statement(depth: number): number[] {
    const kind = this.#choose(depth === 0 ? 3 : 9)
    if (kind === 0) return [...this.expression(2), 0x24, this.#choose(globals)]
    if (kind === 1) return [...this.#address(), ...this.expression(2), 0x36, 2, ...this.#offset()]
    if (kind < 4) return [...this.expression(3), 0x21, this.#local()]
    if (kind === 4) {
      const other = this.#choose(2) === 0 ? [] : [0x05, ...this.statements(depth - 1)]
      return [...this.expression(2), 0x04, 0x40, ...this.statements(depth - 1), ...other, 0x0b]
    }
    if (kind === 5) {
      const leave = [...this.expression(2), 0x0d, 0]
      return [0x02, 0x40, ...this.statements(depth - 1), ...leave, ...this.statements(0), 0x0b]
    }
    if (kind === 6) return this.#loop(depth)
    if (kind === 7) {
      const leave = this.#choose(2) === 0 ? [0x0c, 1] : [...this.expression(1), 0x0f]
      const dead = [...this.expression(1), 0x21, this.#local()]
      return [0x02, 0x40, ...this.expression(2), 0x04, 0x40, ...leave, ...dead, 0x0b, 0x0b]
    }
    return [...this.#table(), ...this.statements(0)]
  }

  #loop(depth: number): number[] {
    if (this.#loops > 0) return []
    this.#loops++
    const counter = params + locals - 1
    const body = this.statements(depth - 1)
    this.#loops--
    const count = [0x20, counter, 0x41, 1, 0x6b, 0x22, counter, 0x0d, 0]
    return [
      0x41,
      ...signed(1 + this.#choose(3)),
      0x21,
      counter,
      0x03,
      0x40,
      ...body,
      ...count,
      0x0b,
    ]
  }

  #table(): number[] {
    const inner = [0x02, 0x40, 0x02, 0x40, ...this.expression(1), 0x0e, 2, 0, 1, 0, 0x0b]
    return [...inner, ...this.expression(1), 0x21, this.#local(), 0x0b]
  }

  expression(depth: number): number[] {
    const kind = this.#choose(depth === 0 ? 3 : 12)
    const inner = () => this.expression(depth - 1)
    if (kind === 0) return [0x41, ...signed(odd[this.#choose(odd.length)]!)]
    if (kind === 1) return [0x20, this.#choose(params + locals)]
    if (kind === 2) return [0x23, this.#choose(globals)]
    if (kind < 6) return [...inner(), ...inner(), computing[this.#choose(computing.length)]!]
    if (kind === 6) return [...inner(), ...inner(), comparing[this.#choose(comparing.length)]!]
    if (kind === 7) return [...inner(), ...inner(), ...inner(), 0x1b]
    if (kind === 8) return [...this.#address(), 0x28, 2, ...this.#offset()]
    if (kind === 9) return [...inner(), 0x22, this.#local()]
    if (kind === 10) {
      const early = this.#choose(2) === 0 ? [...inner(), 0x0d, 0] : []
      return [...inner(), 0x04, 0x7f, ...inner(), ...early, 0x05, ...inner(), 0x0b]
    }
    return this.#special(depth, inner)
  }

  #special(depth: number, inner: () => number[]): number[] {
    const kind = this.#choose(5)
    if (kind === 0) return [...inner(), 0x45]
    if (kind === 1) return [...inner(), 0xc0 + this.#choose(2)]
    if (kind === 2)
      return [...inner(), 0x41, ...signed(2 ** this.#choose(8)), 0x6e + 2 * this.#choose(2)]
    if (kind === 3 || this.#index === 2 || depth < 3)
      return [...inner(), 0x41, ...signed(this.#choose(40)), 0x76]
    return [
      ...inner(),
      ...inner(),
      0x10,
      ...unsigned(this.#index + 1 + this.#choose(2 - this.#index)),
    ]
  }

  /** Of one of eight words, so that it is within reach of every program. */
  #address(): number[] {
    return this.#choose(3) === 0
      ? [0x41, ...signed(4 * this.#choose(8))]
      : [...this.expression(1), 0x41, 28, 0x71]
  }

  #offset(): number[] {
    return unsigned(4 * this.#choose(3))
  }

  #local(): number {
    return this.#choose(params + locals - 1)
  }
}
