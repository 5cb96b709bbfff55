// The parameters of Poseidon (Grassi et al., 2019, appendix E) over BN254's scalar field, from the
// generator that the authors gave: a Grain LFSR that is seeded with the parameters themselves, so
// that nobody could have chosen the constants. They come out as those of circomlib.
import { invert, reduce, scalarModulus } from '../field/scalar-field.ts'

const fieldBits = 254
const fullRounds = 8
/** Partial rounds by width, from 2 on: 128 bits of security, as circomlib has them. */
const partialRounds = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68] as const

export interface PoseidonParameters {
  readonly width: number
  readonly fullRounds: number
  readonly partialRounds: number
  /** One for each place of the state in each round, round after round. */
  readonly constants: readonly bigint[]
  /** Row by row. */
  readonly matrix: readonly (readonly bigint[])[]
}

const known = new Map<number, PoseidonParameters>()

/** For a state of `width` elements, of which all but one are taken by inputs. */
export function poseidonParameters(width: number): PoseidonParameters {
  const found = known.get(width)
  if (found !== undefined) return found
  const partial = partialRounds[width - 2]
  if (partial === undefined) throw new RangeError(`Poseidon of width ${width} is not defined`)
  const made = generate(width, partial)
  known.set(width, made)
  return made
}

function generate(width: number, partial: number): PoseidonParameters {
  const bits = grain(width, partial)
  const constants = Array.from({ length: width * (fullRounds + partial) }, () => {
    let value = take(bits)
    while (value >= scalarModulus) value = take(bits)
    return value
  })
  const xs = Array.from({ length: width }, () => reduce(take(bits)))
  const ys = Array.from({ length: width }, () => reduce(take(bits)))
  const matrix = xs.map((x) => ys.map((y) => invert(x + y)))
  return { width, fullRounds, partialRounds: partial, constants, matrix }
}

function take(bits: Iterator<number, never>): bigint {
  let value = 0n
  for (let i = 0; i < fieldBits; i++) value = (value << 1n) | BigInt(bits.next().value)
  return value
}

/** The LFSR with the paper's filter: of each pair of bits the second counts, if the first is 1. */
function* grain(width: number, partial: number): Generator<number, never> {
  const state = [
    ...bitsOf(1, 2), // a prime field
    ...bitsOf(0, 4), // the S-box x^5
    ...bitsOf(fieldBits, 12),
    ...bitsOf(width, 12),
    ...bitsOf(fullRounds, 10),
    ...bitsOf(partial, 10),
    ...new Array<number>(30).fill(1),
  ]
  const clock = (): number => {
    const bit = state[62]! ^ state[51]! ^ state[38]! ^ state[23]! ^ state[13]! ^ state[0]!
    state.shift()
    state.push(bit)
    return bit
  }
  for (let i = 0; i < 160; i++) clock()
  for (;;) {
    const isTaken = clock() === 1
    const bit = clock()
    if (isTaken) yield bit
  }
}

function bitsOf(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => (value >> (length - 1 - i)) & 1)
}
