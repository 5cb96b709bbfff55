import { describe, expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import { latticePerSigma } from '../noise/lattice-gaussian.ts'
import { SeededBuilder } from '../testing/models.ts'
import { base, plan, sectorModel, sectors, seed, trainHere } from '../testing/training.ts'
import { bindGraph } from './bound-graph.ts'
import { evaluate } from './evaluate.ts'
import { nativeExecutor } from './native-executor.ts'
import { noiseDeviation, planTraining } from './train.ts'
import { TrainSpec } from './train-spec.ts'

const privacy = { samplingRate: 0.25, noiseMultiplier: 1, clipNorm: 1, stepsGranted: 1000 }
const dp = { privacy, seed: null }

async function accuracyOf(weights: Float32Array): Promise<number> {
  const options = { loss: 'softmax-cross-entropy', batchSize: 16, mode: 'evaluate' } as const
  const graph = compile(sectorModel, options)
  if (!graph.ok) expect.fail(graph.reason)
  const { layout } = plan()
  const bound = await bindGraph(graph.value, layout, weights, nativeExecutor())
  const { accuracy } = await evaluate(bound, sectors(200, 9))
  await bound.close()
  return accuracy!
}

describe('a training', () => {
  test('learns', async () => {
    const { outcome, progress } = await trainHere({ steps: 200 })
    if (!outcome.ok) expect.fail(outcome.reason)
    expect(progress.at(-1)!.loss).toBeLessThan(progress[0]!.loss! / 2)
    expect(await accuracyOf(outcome.value.weights)).toBeGreaterThan(0.85)
  })

  test.each(['sgd', 'adam', 'adamw'] as const)('is the same twice: %s', async (name) => {
    const spec = { steps: 10, optimiser: { name } }
    const [one, other] = [await trainHere(spec), await trainHere(spec)]
    expect(one.outcome).toEqual(other.outcome)
  })

  test('adds up the gradients of several runs to those of one', async () => {
    const [one, several] = [
      await trainHere({ steps: 3, physicalBatchSize: 16 }),
      await trainHere({ steps: 3, physicalBatchSize: 5 }),
    ]
    if (!one.outcome.ok || !several.outcome.ok) expect.fail('a training was refused')
    for (const [at, weight] of one.outcome.value.weights.entries()) {
      expect(weight).toBeCloseTo(several.outcome.value.weights[at]!, 5)
    }
  })

  test('goes on from a checkpoint in the middle of an epoch, bit for bit', async () => {
    const spec = {
      steps: 13,
      checkpointEvery: 5,
      batchSize: 10,
      optimiser: { name: 'adam' },
    } as const
    const whole = await trainHere(spec)
    const resumed = await trainHere(spec, { checkpoint: whole.saved[0]! })
    expect(whole.saved.map(({ step }) => step)).toEqual([5, 10, 13])
    expect(resumed.outcome).toEqual(whole.outcome)
  })

  test('keeps its order over a checkpoint, even when no seed was given', async () => {
    const spec = { steps: 9, checkpointEvery: 4, batchSize: 10, seed: null }
    const whole = await trainHere(spec)
    const resumed = await trainHere(spec, { checkpoint: whole.saved[0]! })
    expect(resumed.outcome).toEqual(whole.outcome)
  })

  test('stays nearer to where it began with a proximal term', async () => {
    const distances: number[] = []
    for (const proximal of [0, 1]) {
      const { outcome, start } = await trainHere({ proximal })
      if (!outcome.ok) expect.fail(outcome.reason)
      const squares = outcome.value.weights.map((weight, at) => (weight - start[at]!) ** 2)
      distances.push(squares.reduce((sum, square) => sum + square, 0))
    }
    expect(distances[1]).toBeLessThan(distances[0]! / 2)
  })

  test('stops early when validation gets no better', async () => {
    const earlyStop = { every: 2, patience: 3, improvement: 10 }
    const { outcome, progress } = await trainHere({ earlyStop }, { validation: sectors(20, 3) })
    expect(outcome).toMatchObject({ ok: true, value: { steps: 8, isStoppedEarly: true } })
    expect(progress.filter(({ validationLoss }) => validationLoss !== null)).toHaveLength(4)
  })

  test('goes on counting to its early stop over a checkpoint', async () => {
    const earlyStop = { every: 2, patience: 3, improvement: 10 }
    const validation = sectors(20, 3)
    const whole = await trainHere({ earlyStop, checkpointEvery: 5 }, { validation })
    const checkpoint = whole.saved[0]!
    expect(checkpoint).toMatchObject({ step: 5, earlyStop: { looks: 1 } })
    const resumed = await trainHere({ earlyStop, checkpointEvery: 5 }, { validation, checkpoint })
    expect(resumed.outcome).toEqual(whole.outcome)
    expect(resumed.outcome).toMatchObject({ value: { steps: 8, isStoppedEarly: true } })
  })

  test('goes at the rates of its schedule, over a checkpoint too', async () => {
    const schedule = { name: 'linear', floor: 0.5 } as const
    const spec = { steps: 6, warmUpSteps: 1, schedule, progressEvery: 1, checkpointEvery: 3 }
    const whole = await trainHere(spec)
    const rates = whole.progress.map(({ rate }) => Number(rate.toFixed(6)))
    expect(rates).toEqual([0.5, 0.5, 0.4375, 0.375, 0.3125, 0.25])
    const resumed = await trainHere(spec, { checkpoint: whole.saved[0]! })
    expect(resumed.progress).toEqual(whole.progress.slice(3))
    expect(resumed.outcome).toEqual(whole.outcome)
    const flat = await trainHere({ ...spec, warmUpSteps: 0, schedule: { name: 'constant' } })
    expect(flat.outcome).not.toEqual(whole.outcome)
  })

  test('leaves out an example that is no number, and learns from the others', async () => {
    const dataset = sectors(64)
    ;(dataset.inputs['x']!.data as Float32Array)[10] = Number.NaN
    for (const spec of [{}, dp]) {
      const { outcome } = await trainHere({ steps: 5, ...spec }, { dataset })
      if (!outcome.ok) expect.fail(outcome.reason)
      expect(outcome.value.weights.every(Number.isFinite)).toBe(true)
    }
  })

  test('says so when its weights leave the numbers', async () => {
    const start = new Float32Array(51).fill(Number.NaN)
    const { outcome } = await trainHere({}, { start })
    expect(outcome).toMatchObject({ code: 'TRAINING_FAILED' })
  })

  test('divides by the examples that it is told to expect, however many there are', async () => {
    const told = { ...privacy, samplingRate: 1, noiseMultiplier: 0.05, expectedExamples: 640 }
    const moved: number[] = []
    for (const given of [told, { ...told, expectedExamples: null }]) {
      const { outcome, start } = await trainHere({ ...dp, steps: 1, privacy: given })
      if (!outcome.ok) expect.fail(outcome.reason)
      const squares = outcome.value.weights.map((weight, at) => (weight - start[at]!) ** 2)
      moved.push(Math.sqrt(squares.reduce((sum, square) => sum + square, 0)))
    }
    // 64 examples: told to expect ten times as many, it moves a tenth as far.
    expect(moved[1]! / moved[0]!).toBeCloseTo(10, 0)
  })

  test('is refused when it would take more memory than it may', () => {
    const spec = TrainSpec.parse({ ...base, memoryBytesMax: 2 ** 26 })
    expect(planTraining(sectorModel, spec)).toMatchObject({ code: 'TOO_LARGE' })
  })

  test('refuses a checkpoint of another size', async () => {
    const { saved } = await trainHere({ steps: 1, checkpointEvery: 1 })
    const checkpoint = { ...saved[0]!, slots: [new Float32Array(1)] }
    const { outcome } = await trainHere({}, { checkpoint })
    expect(outcome).toMatchObject({ code: 'INVALID' })
  })
})

describe('a private training', () => {
  test('adds noise of z times the clip norm at every step, an empty batch included', async () => {
    const calls: number[] = []
    const spec = { ...dp, steps: 6, privacy: { ...privacy, samplingRate: 1e-9 } }
    const { outcome, start } = await trainHere(spec, {
      addNoise: (_, deviation) => calls.push(deviation),
    })
    if (!outcome.ok) expect.fail(outcome.reason)
    expect(calls).toEqual(Array.from({ length: 6 }, () => noiseDeviation(privacy, start.length)))
    // Six empty batches and no noise leave the weights as they were.
    expect(outcome.value.weights).toEqual(start)
  })

  test('takes the standard deviation to be one, not its square', () => {
    const wide = noiseDeviation({ noiseMultiplier: 3, clipNorm: 2 }, 1)
    expect(wide).toBeCloseTo(6, 4)
  })

  test('covers the rounding to the lattice with its noise', () => {
    for (const coordinates of [1, 1e4, 1e8]) {
      const deviation = noiseDeviation({ noiseMultiplier: 2, clipNorm: 0.5 }, coordinates)
      // Rounding moves each coordinate of two neighbouring sums by half a point at most.
      const sensitivity = 0.5 + (deviation / latticePerSigma) * Math.sqrt(coordinates)
      expect(deviation).toBeGreaterThanOrEqual(2 * sensitivity * (1 - 1e-12))
    }
    const tooMuch = { noiseMultiplier: latticePerSigma, clipNorm: 1 }
    expect(noiseDeviation(tooMuch, 4)).toBeLessThan(0)
  })

  test('divides by the size expected, not by the size that came', async () => {
    const sums: Float64Array[] = []
    const spec = { ...dp, steps: 1, learningRate: 1, privacy: { ...privacy, samplingRate: 0.5 } }
    const { outcome, start } = await trainHere(spec, {
      dataset: sectors(33),
      addNoise: (values) => sums.push(values.slice()),
    })
    if (!outcome.ok) expect.fail(outcome.reason)
    for (const [at, weight] of outcome.value.weights.entries()) {
      expect(weight).toBeCloseTo(start[at]! - sums[0]![at]! / 16.5, 5)
    }
  })

  test('begins each sum anew, an empty one after a full one too', async () => {
    const lengths: number[] = []
    const spec = { ...dp, steps: 40, privacy: { ...privacy, samplingRate: 0.5 } }
    await trainHere(spec, {
      dataset: sectors(1),
      addNoise: (values) => lengths.push(Math.hypot(...values)),
    })
    const isEmptied = (length: number, at: number) => length === 0 && lengths[at - 1]! > 0
    expect(lengths.some(isEmptied)).toBe(true)
  })

  test('moves at most by what one example may', async () => {
    const spec = {
      ...dp,
      steps: 1,
      learningRate: 1,
      privacy: { ...privacy, samplingRate: 1, clipNorm: 0.01 },
    }
    const { outcome, start } = await trainHere(spec, { dataset: sectors(32) })
    if (!outcome.ok) expect.fail(outcome.reason)
    const moved = outcome.value.weights.map((weight, at) => weight - start[at]!)
    const length = Math.hypot(...moved)
    expect(length).toBeLessThanOrEqual(0.01 * (1 + 1e-3))
    expect(length).toBeGreaterThan(0)
  })

  test('tells neither loss nor count of what it saw', async () => {
    const { progress } = await trainHere({ ...dp, steps: 3, progressEvery: 1 })
    expect(progress.map((each) => Object.entries(each))).toEqual(
      [1, 2, 3].map((step) => [
        ['step', step],
        ['steps', 3],
        ['loss', null],
        ['rate', 0.5],
        ['validationLoss', null],
      ]),
    )
  })

  test.each([
    ['more steps than granted', { privacy: { ...privacy, stepsGranted: 59 } }, 'granted 59'],
    ['a seed', { privacy, seed }, 'protect nothing'],
    [
      'a private validation set',
      { ...dp, earlyStop: { every: 1, patience: 1 } },
      'it has to be public',
    ],
    ['no sampling at all', { privacy: { ...privacy, samplingRate: 0 }, seed: null }, ''],
  ])('is refused with %s', (_, spec, reason) => {
    const parsed = TrainSpec.safeParse({ ...base, ...spec })
    expect(parsed.success).toBe(false)
    expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(reason)
  })

  test('is refused for a model that mixes examples', () => {
    const b = new SeededBuilder(1)
    const settings = [2, 2, 2, 2].map((size) => b.seeded([size]))
    const x = b.input('x', 'float32', ['batch', 2])
    b.output(b.node('BatchNormalization', [x, ...settings]), ['batch', 2])
    const spec = TrainSpec.parse({ ...base, ...dp })
    expect(planTraining(b.build(), spec)).toMatchObject({ code: 'MODEL_UNSUPPORTED' })
  })
})
