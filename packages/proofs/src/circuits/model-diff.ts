import { signedCommitment } from './commitments.ts'
import { arbitrary, type CircuitDefinition, isSigned, type Values, withItem } from './definition.ts'

export const modelDiff: CircuitDefinition = {
  name: 'model-diff',
  folder: 'model-diff',
  template: 'ModelDiff',
  publicInputs: ['context'],
  variants: { small: { parameters: [8, 32] }, standard: { parameters: [256, 32] } },

  sample([n = 0, bits = 0]) {
    const quarter = 2 ** (bits - 2)
    return {
      context: 11n,
      before: arbitrary(n, quarter, 3),
      update: arbitrary(n, quarter, 4),
      beforeSalt: 71n,
      updateSalt: 72n,
      afterSalt: 73n,
    }
  },

  reference([, bits = 0], values) {
    const { before, update, beforeSalt, updateSalt, afterSalt } = values as Input
    const after = before.map((value, i) => value + update[i]!)
    if (![...before, ...update, ...after].every((value) => isSigned(value, bits))) return null
    return [
      signedCommitment('model', before, bits, beforeSalt),
      signedCommitment('update', update, bits, updateSalt),
      signedCommitment('model', after, bits, afterSalt),
    ]
  },

  /** Sums that overflow, and values that do not fit although their sum does. */
  lies([n = 0, bits = 0]) {
    const sample = this.sample([n, bits]) as Input
    const half = 1n << BigInt(bits - 1)
    const pairs = [
      [half - 1n, 1n],
      [-half, -1n],
      [half, -1n],
      [-1n, half],
      [-half - 1n, 1n],
      [1n, -half - 1n],
    ] as const
    return sample.before.flatMap((_, i) =>
      pairs.map(([before, update]) => ({
        ...sample,
        before: withItem(sample.before, i, before),
        update: withItem(sample.update, i, update),
      })),
    )
  },
}

interface Input extends Values {
  readonly before: readonly bigint[]
  readonly update: readonly bigint[]
  readonly beforeSalt: bigint
  readonly updateSalt: bigint
  readonly afterSalt: bigint
}
