import { packedCommitment, signedCommitment } from './commitments.ts'
import {
  arbitrary,
  type CircuitDefinition,
  flat,
  isSigned,
  type Value,
  type Values,
  withItem,
} from './definition.ts'

export const inference: CircuitDefinition = {
  name: 'inference',
  folder: 'inference',
  template: 'Inference',
  publicInputs: ['context'],
  variants: { small: { parameters: [4, 3, 2] }, standard: { parameters: [64, 32, 10] } },

  sample([n = 0, hidden = 0, classes = 0]) {
    const rows = (count: number, width: number, seed: number) =>
      Array.from({ length: count }, (_, i) => arbitrary(width, 127, seed + i))
    return {
      context: 11n,
      in: arbitrary(n, 127, 8),
      weight1: rows(hidden, n, 9),
      bias1: arbitrary(hidden, 30_000, 900),
      weight2: rows(classes, hidden, 1_000),
      bias2: arbitrary(classes, 30_000, 901),
      inputSalt: 71n,
      modelSalt: 72n,
    }
  },

  reference(_, values) {
    const input = values as Input
    const { weight1, bias1, weight2, bias2 } = input
    const bytes = flat([input.in, weight1, weight2])
    if (!bytes.every((value) => isSigned(value, 8))) return null
    if (![...bias1, ...bias2].every((value) => isSigned(value, 16))) return null
    const layer = (
      rows: readonly (readonly bigint[])[],
      bias: readonly bigint[],
      from: readonly bigint[],
    ) => rows.map((row, i) => row.reduce((sum, value, j) => sum + value * from[j]!, bias[i]!))
    const active = layer(weight1, bias1, input.in).map((sum) => (sum > 0n ? sum >> 7n : 0n))
    const model = [
      ...weight1.flatMap((row, i) => [bias1[i]! + 0x8000n, ...row.map((value) => value + 128n)]),
      ...weight2.flatMap((row, i) => [bias2[i]! + 0x8000n, ...row.map((value) => value + 128n)]),
    ]
    return [
      signedCommitment('input', input.in, 8, input.inputSalt),
      packedCommitment('network', model, 16, input.modelSalt),
      ...layer(weight2, bias2, active),
    ]
  },

  /** Every value once above and once below what its bits hold. */
  lies(parameters) {
    const sample = this.sample(parameters)
    const bounds = { in: 128n, weight1: 128n, weight2: 128n, bias1: 32_768n, bias2: 32_768n }
    return Object.entries(bounds).flatMap(([name, half]) => {
      const places = flat(sample[name]!).map((_, i) => i)
      return places.flatMap((at) =>
        [half, -half - 1n].map((value) => ({
          ...sample,
          [name]: replaced(sample[name]!, at, value),
        })),
      )
    })
  },
}

interface Input extends Values {
  readonly in: readonly bigint[]
  readonly weight1: readonly (readonly bigint[])[]
  readonly bias1: readonly bigint[]
  readonly weight2: readonly (readonly bigint[])[]
  readonly bias2: readonly bigint[]
  readonly inputSalt: bigint
  readonly modelSalt: bigint
}

/** A list, or a list of lists, with the number at one place of the flat list replaced. */
function replaced(value: Value, at: number, by: bigint): Value {
  if (typeof value === 'bigint') return by
  if (value.every((each) => typeof each === 'bigint')) return withItem(value, at, by)
  const width = flat(value[0]!).length
  return value.map((each, i) =>
    i === Math.floor(at / width) ? replaced(each, at % width, by) : each,
  )
}
