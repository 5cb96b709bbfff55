import { describe, expect, test } from 'vitest'
import type { Dataset } from '../data/dataset.ts'
import { seededRandom } from '../noise/random-source.ts'
import { decodeModel } from '../onnx/read-model.ts'
import { createNumbers } from '../testing/numbers.ts'
import { sectorModel, sectors, trainHere } from '../testing/training.ts'
import { nativeExecutor } from '../train/native-executor.ts'
import { weightsOf } from '../train/parameter-layout.ts'
import { encodeUpdate } from '../update/update-codec.ts'
import { type AggregationSpec, aggregateRound } from './aggregate-round.ts'
import { planAggregation } from './plan-aggregation.ts'

const planned = planAggregation(sectorModel, 'softmax-cross-entropy')
if (!planned.ok) throw new Error(planned.reason)
const plan = planned.value
const start = weightsOf(sectorModel, plan.layout)
const { length } = start

const plain: AggregationSpec = {
  rule: { kind: 'mean' },
  step: { kind: 'fedavg' },
  learningRate: 1,
  clipNorm: null,
  gates: null,
  weights: null,
  updatesMin: 1,
  updates: 3,
  bytesMax: 2 ** 30,
}

function updateOf(values: Float64Array | Float32Array): Uint8Array {
  const format = { kind: 'fixed', fixedPoint: { fractionBits: 24 } } as const
  const encoded = encodeUpdate(format, plan.layout, values)
  if (!encoded.ok) throw new Error(encoded.reason)
  return encoded.value
}

/** Numbers that are whole in fixed point, so that what is expected of them is exact. */
function someUpdate(seed: number, size = 0.01): Float64Array {
  const numbers = createNumbers(seed)
  return Float64Array.from({ length }, () =>
    Math.round(numbers.between(-size, size) * 2 ** 20),
  ).map((units) => units / 2 ** 20)
}

async function aggregate(
  updates: readonly Uint8Array[],
  changes: Partial<AggregationSpec> = {},
  given: { heldOut?: Dataset; moments?: Uint8Array | null; seed?: number } = {},
) {
  return aggregateRound(
    { ...plain, updates: updates.length, ...changes },
    {
      model: sectorModel,
      plan,
      heldOut: given.heldOut ?? null,
      moments: given.moments ?? null,
      updates: inOrder(updates),
      source: seededRandom(new Uint8Array(32).fill(given.seed ?? 1)),
      open: nativeExecutor(),
    },
  )
}

async function* inOrder(updates: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* updates
}

function must<T>(outcome: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

function weightsIn(model: Uint8Array): Float32Array {
  return weightsOf(must(decodeModel(model)), plan.layout)
}

describe('a round', () => {
  test('adds the mean of its updates to the model, whatever their order', async () => {
    const changes = [1, 2, 3].map((seed) => someUpdate(seed))
    const { model } = must(await aggregate(changes.map(updateOf)))
    const expected = start.map((weight, i) => {
      return weight + (changes[0]![i]! + changes[1]![i]! + changes[2]![i]!) / 3
    })
    expect(weightsIn(model)).toEqual(expected)
    const turned = must(await aggregate(changes.toReversed().map(updateOf)))
    expect(turned.model).toEqual(model)
  })

  test('says how good the model is with each update alone, and with all of them', async () => {
    const heldOut = sectors(300, 7)
    const { outcome } = await trainHere({ steps: 200 }, { dataset: sectors(300) })
    const { weights } = must(outcome)
    const good = Float64Array.from(weights, (weight, i) => weight - start[i]!)
    const bad = good.map((value) => -value)
    const updates = [good, bad].map(updateOf)
    const { updates: seen, accuracy } = must(await aggregate(updates, {}, { heldOut }))
    expect(seen[0]!.accuracy).toBeGreaterThan(0.9)
    expect(seen[1]!.accuracy).toBeLessThan(0.5)
    expect(seen[0]!.loss).toBeLessThan(seen[1]!.loss!)
    // One takes the other back, and the model stays what it was.
    expect(accuracy).toBeLessThan(0.9)
  })

  test('leaves out what a gate does not let through, and says by which', async () => {
    const heldOut = sectors(300, 7)
    const { outcome } = await trainHere({ steps: 200 }, { dataset: sectors(300) })
    const good = Float64Array.from(must(outcome).weights, (weight, i) => weight - start[i]!)
    const gates = { accuracy_min: 0.6, loss_max: 2, cosine_min: 0.7 }
    const updates = [good, good.map((value) => 0.9 * value), good.map((value) => -value)]
    const made = await aggregate(updates.map(updateOf), { gates }, { heldOut })
    const { updates: seen, accuracy } = must(made)
    expect(seen.map(({ leftOut }) => leftOut)).toEqual([
      null,
      null,
      expect.stringContaining('accuracy_low'),
    ])
    expect(accuracy).toBeGreaterThan(0.9)
    const refused = await aggregate(updates.map(updateOf), { gates, updatesMin: 3 }, { heldOut })
    expect(refused).toMatchObject({ ok: false, code: 'INVALID' })
    expect(refused).toHaveProperty('reason', expect.stringMatching(/^2 of 3 updates count/))
  })

  test('leaves out an update that is not of the model', async () => {
    const updates = [updateOf(someUpdate(1)), new Uint8Array(100)]
    const { updates: seen, model } = must(await aggregate(updates))
    expect(seen[0]!.leftOut).toBeNull()
    expect(seen[1]!.leftOut).toMatch(/header/)
    expect(weightsIn(model)).toEqual(start.map((weight, i) => weight + someUpdate(1)[i]!))
  })

  test('shortens updates to the norm of its task', async () => {
    const long = new Float64Array(length).fill(1)
    const { model } = must(await aggregate([updateOf(long)], { clipNorm: 0.5 }))
    const moved = weightsIn(model).map((weight, i) => weight - start[i]!)
    expect(Math.hypot(...moved)).toBeCloseTo(0.5, 4)
  })

  test.each([
    [{ kind: 'median' } as const],
    [{ kind: 'trimmed-mean', share: 0.2 } as const],
    [{ kind: 'krum', bad: 1 } as const],
    [{ kind: 'multi-krum', bad: 1 } as const],
    [{ kind: 'bulyan', bad: 1 } as const],
    [{ kind: 'geometric-median' } as const],
  ])('stands against one bad update of seven by %o', async (rule) => {
    const honest = [1, 2, 3, 4, 5, 6].map((seed) => someUpdate(seed))
    const bad = new Float64Array(length).fill(50)
    const { model } = must(await aggregate([...honest, bad].map(updateOf), { rule }))
    const moved = weightsIn(model).map((weight, i) => weight - start[i]!)
    expect(Math.max(...moved.map(Math.abs))).toBeLessThan(0.02)
  })

  test('goes on with the moments of the round before, and only with its own', async () => {
    const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 }
    const step = { kind: 'fedadam', ...adam } as const
    const updates = [updateOf(someUpdate(1))]
    const first = must(await aggregate(updates, { step }))
    const { moments } = first
    expect(moments).not.toBeNull()
    const second = must(await aggregate(updates, { step }, { moments }))
    expect(second.model).not.toEqual(first.model)
    const other = { kind: 'fedavgm', learningRate: 1, momentum: 0.9 } as const
    const refused = await aggregate(updates, { step: other }, { moments })
    expect(refused).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('gives the same noisy model from the same seed, and scores no single update', async () => {
    const privacy = { clipNorm: 0.1, noiseMultiplier: 1, expectedNodes: 2, adaptive: null }
    const rule = {
      kind: 'noisy-mean',
      privacy: { ...privacy, fixedPoint: { fractionBits: 24 } },
    } as const
    const updates = [1, 2].map((seed) => updateOf(someUpdate(seed)))
    const given = { heldOut: sectors(50, 7) }
    const once = must(await aggregate(updates, { rule }, given))
    expect(must(await aggregate(updates, { rule }, given)).model).toEqual(once.model)
    expect(must(await aggregate(updates, { rule }, { seed: 2 })).model).not.toEqual(once.model)
    expect(once.updates.map(({ accuracy, cosine }) => [accuracy, cosine])).toEqual([
      [null, null],
      [null, null],
    ])
    expect(once.accuracy).not.toBeNull()
  })

  test('weighs old updates less, and divides by how many there are', async () => {
    const [fresh, old] = [someUpdate(1), someUpdate(2)] as const
    const updates = [fresh, old].map(updateOf)
    const { model } = must(await aggregate(updates, { weights: [1, 0.5] }))
    const expected = start.map((weight, at) => weight + (fresh[at]! + old[at]! / 2) / 2)
    const found = weightsIn(model)
    for (const at of [0, 7, length - 1]) expect(found[at]).toBeCloseTo(expected[at]!, 6)
  })

  test('is the same where updates are kept and where they are added as they come', async () => {
    const updates = [1, 2, 3].map((seed) => updateOf(someUpdate(seed)))
    const kept = must(await aggregate(updates))
    const direct = must(await aggregate(updates, { bytesMax: 100 }))
    expect(direct.model).toEqual(kept.model)
    expect(kept.updates[0]!.cosine).not.toBeNull()
    expect(direct.updates[0]!.cosine).toBeNull()
    const torn = [updates[0]!, updates[1]!.slice(0, -4), updates[2]!]
    const without = must(await aggregate(torn, { bytesMax: 100 }))
    expect(without.updates.map(({ leftOut }) => leftOut !== null)).toEqual([false, true, false])
    const others = must(await aggregate([updates[0]!, updates[2]!], { bytesMax: 100 }))
    expect(without.model).toEqual(others.model)
  })

  test('refuses what would take more memory than there is to be', async () => {
    const updates = [1, 2, 3].map((seed) => updateOf(someUpdate(seed)))
    const refused = await aggregate(updates, { rule: { kind: 'median' }, bytesMax: 100 })
    expect(refused).toMatchObject({ ok: false, code: 'TOO_LARGE' })
    expect((await aggregate(updates, { bytesMax: 100 })).ok).toBe(true)
  })
})
