import { power, reduce, scalarModulus } from '../field/scalar-field.ts'
import { signedCommitment } from './commitments.ts'
import { arbitrary, type CircuitDefinition, isSigned, type Values, withItem } from './definition.ts'

export const updateNorm: CircuitDefinition = {
  name: 'update-norm',
  folder: 'update-norm',
  template: 'UpdateNorm',
  publicInputs: ['context', 'bound'],
  variants: { small: { parameters: [16, 16] }, standard: { parameters: [1_024, 16] } },

  sample([n = 0, bits = 0]) {
    const update = arbitrary(n, 2 ** (bits - 1) - 1, 2)
    return { context: 11n, bound: squared(update) + 3n, update, salt: 77n }
  },

  reference([, bits = 0], values) {
    const { bound, update, salt } = values as Input
    if (!update.every((value) => isSigned(value, bits))) return null
    if (squared(update) > bound) return null
    return [signedCommitment('update', update, bits, salt)]
  },

  /**
   * Norms beyond the bound; values that do not fit their bits; and two values whose squares cancel
   * modulo r, which makes an update of any length look like one of length 0.
   */
  lies([n = 0, bits = 0]) {
    const sample = this.sample([n, bits]) as Input
    const { update } = sample
    const zeros = new Array<bigint>(n).fill(0n)
    const half = 1n << BigInt(bits - 1)
    const tooLarge = update.flatMap((_, i) =>
      [half, -half - 1n].map((value) => withItem(zeros, i, value)),
    )
    const root = power(5n, (scalarModulus - 1n) / 4n) // its square is -1
    const cancelling = update
      .slice(1)
      .map((_, i) => withItem(withItem(zeros, i, 10n ** 30n), i + 1, reduce(root * 10n ** 30n)))
    return [
      { ...sample, bound: squared(update) - 1n },
      { ...sample, bound: 0n },
      ...tooLarge.map((list) => ({ ...sample, update: list, bound: squared(list) })),
      ...cancelling.map((list) => ({ ...sample, update: list, bound: 4n })),
    ]
  },
}

interface Input extends Values {
  readonly bound: bigint
  readonly update: readonly bigint[]
  readonly salt: bigint
}

function squared(update: readonly bigint[]): bigint {
  return update.reduce((sum, value) => sum + value * value, 0n)
}
