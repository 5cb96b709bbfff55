import { isPath, packedCommitment, pathIn, rootOf, signedCommitment } from './commitments.ts'
import { arbitrary, type CircuitDefinition, isSigned, type Values, withItem } from './definition.ts'

/** Linear regression by squared error, and logistic regression with the hard sigmoid. */
export const trainingStep = definition('training-step', false)
export const trainingStepLogistic = definition('training-step-logistic', true)

function definition(name: string, isLogistic: boolean): CircuitDefinition {
  const kind = isLogistic ? 1 : 0
  return {
    name,
    folder: 'training-step',
    template: 'TrainingStep',
    publicInputs: ['context'],
    exceptions: [
      {
        wire: /^clamp\[\d+\]\.(high|low)\.bit\[62\]$/,
        reason: 'free, it is a multiple of 2^-62: no inputs are known for which that is in range',
      },
    ],
    variants: {
      small: { parameters: [2, 2, 2, 20, kind] },
      standard: { parameters: [16, 32, 12, 24, kind] },
      large: { parameters: [64, 32, 12, 24, kind] },
    },

    sample([d = 0, b = 0, depth = 0, shift = 0]) {
      const weight = arbitrary(d, 2 ** 14, 5)
      const feature = Array.from({ length: b }, (_, j) => arbitrary(d, 2 ** 9, 6 + j))
      const target = arbitrary(b, 2 ** 9, 60).map((value) => (isLogistic ? value & 1n : value))
      const salts = { weightSalt: 71n, nextSalt: 72n, batchSalt: 73n }
      const step = gradient(weight, feature, target, slopeOf(isLogistic)).map(
        (sum) => sum >> BigInt(shift),
      )
      const leaf = packedCommitment('batch', batchOf(feature, target, isLogistic), 16, 73n)
      const leaves = withItem(
        arbitrary(2 ** depth, 1_000, 7).map((value) => value & 0xffffn),
        1,
        leaf,
      )
      return { context: 11n, weight, feature, target, step, ...salts, ...pathIn(leaves, 1) }
    },

    reference([, , depth = 0, shift = 0], values) {
      const input = values as Input
      const { weight, feature, target, step } = input
      const after = weight.map((value, i) => value - step[i]!)
      const isFitting =
        [...weight, ...after].every((value) => isSigned(value, 32)) &&
        feature.flat().every((value) => isSigned(value, 16)) &&
        target.every((value) => (isLogistic ? value === 0n || value === 1n : isSigned(value, 16)))
      if (!isFitting || !isPath(input, depth)) return null
      const wanted = gradient(weight, feature, target, slopeOf(isLogistic))
      if (wanted.some((sum, i) => sum >> BigInt(shift) !== step[i])) return null
      const leaf = packedCommitment(
        'batch',
        batchOf(feature, target, isLogistic),
        16,
        input.batchSalt,
      )
      return [
        signedCommitment('model', weight, 32, input.weightSalt),
        signedCommitment('model', after, 32, input.nextSalt),
        rootOf(leaf, input),
        input.isRight.reduce((sum, bit, i) => sum + (bit << BigInt(i)), 0n),
      ]
    },

    lies(parameters) {
      const tried = liesAbout(this.sample(parameters) as Input, parameters, isLogistic)
      // A slope that is wrong elsewhere may be right here, where nothing has to be clamped.
      return tried.filter((values) => this.reference(parameters, values) === null)
    },
  }
}

interface Input extends Values {
  readonly weight: readonly bigint[]
  readonly feature: readonly (readonly bigint[])[]
  readonly target: readonly bigint[]
  readonly step: readonly bigint[]
  readonly weightSalt: bigint
  readonly nextSalt: bigint
  readonly batchSalt: bigint
  readonly isRight: readonly bigint[]
  readonly sibling: readonly bigint[]
}

/** How far off a prediction is, in the units of the circuit. */
type Slope = (sum: bigint, target: bigint, row: number) => bigint

function slopeOf(isLogistic: boolean): Slope {
  return (sum, target) =>
    isLogistic ? clamp(sum + (1n << 25n)) - (target << 26n) : sum - (target << 16n)
}

/** The sum over the batch of slope times feature, before it is divided. */
function gradient(
  weight: readonly bigint[],
  feature: readonly (readonly bigint[])[],
  target: readonly bigint[],
  slope: Slope,
): bigint[] {
  const slopes = feature.map((row, j) => {
    const sum = row.reduce((total, value, i) => total + value * weight[i]!, 0n)
    return slope(sum, target[j]!, j)
  })
  return weight.map((_, i) => feature.reduce((total, row, j) => total + slopes[j]! * row[i]!, 0n))
}

function clamp(value: bigint): bigint {
  if (value < 0n) return 0n
  return value > 1n << 26n ? 1n << 26n : value
}

function batchOf(
  feature: readonly (readonly bigint[])[],
  target: readonly bigint[],
  isLogistic: boolean,
): bigint[] {
  const shifted = (value: bigint) => value + 0x8000n
  return [...feature.flat().map(shifted), ...(isLogistic ? target : target.map(shifted))]
}

/** Steps that are not the gradient's, values out of range, sides that are none. */
function liesAbout(
  sample: Input,
  [, , , shift = 0]: readonly number[],
  isLogistic: boolean,
): Values[] {
  const { weight, feature, target, step, isRight } = sample
  const honest = slopeOf(isLogistic)
  const withSteps = (changed: Partial<Input>, slope = honest): Values => {
    const all = { ...sample, ...changed }
    const sums = gradient(all.weight, all.feature, all.target, slope)
    return { ...all, step: sums.map((sum) => sum >> BigInt(shift)) } as Values
  }
  const wrongSteps = step.flatMap((value, i) =>
    [value + 1n, value - 1n, value + 1000n].map((wrong) => ({
      ...sample,
      step: withItem(step, i, wrong),
    })),
  )
  const large = 1n << 31n
  const weights = weight.flatMap((_, i) =>
    [large, -large - 1n].map((value) => withSteps({ weight: withItem(weight, i, value) })),
  )
  const features = feature.flatMap((row, j) =>
    row.flatMap((_, i) =>
      [0x8000n, -0x8001n].map((value) =>
        withSteps({
          feature: feature.map((each, k) => (k === j ? withItem(row, i, value) : each)),
        }),
      ),
    ),
  )
  const outside = isLogistic ? [2n, -1n] : [0x8000n, -0x8001n]
  const targets = target.flatMap((_, j) =>
    outside.map((value) => withSteps({ target: withItem(target, j, value) })),
  )
  const sides = isRight.map((_, i) => ({ ...sample, isRight: withItem(isRight, i, 2n) }))
  // A weight at the edge of its range, which the other weights' predictions push over it.
  const edges = weight.map((_, i) =>
    withSteps({
      weight: weight.map((_, k) => (k === i ? large - 1n : -(1n << 24n))),
      feature: feature.map((row) => row.map((_, k) => (k === i ? 1n : 512n))),
      target: isLogistic ? target.map(() => 1n) : target,
    }),
  )
  const slopes = feature.flatMap((_, j) =>
    wrongSlopes(honest, isLogistic).map((wrong) =>
      withSteps({}, (...each) => (each[2] === j ? wrong(...each) : honest(...each))),
    ),
  )
  return [...wrongSteps, ...slopes, ...weights, ...features, ...targets, ...sides, ...edges]
}

/**
 * Slopes of a prediction that is somewhat larger, and of a sigmoid that does not clamp as it must.
 */
function wrongSlopes(honest: Slope, isLogistic: boolean): Slope[] {
  const more = 1n << 22n
  const larger: Slope[] = [
    (sum, target, row) => honest(sum + more, target, row),
    (sum, target, row) => honest(sum, target, row) + more,
  ]
  if (!isLogistic) return larger
  return [
    ...larger,
    (_, target) => -(target << 26n),
    (_, target) => (1n - target) << 26n,
    (sum, target) => sum + (1n << 25n) - (target << 26n),
  ]
}
