import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../noise/random-source.ts'
import { adaptiveClipping } from '../privacy/adaptive-clipping.ts'
import { anomalies, gateFaults, nearestCosines } from './anomaly.ts'
import { exactSum, totalWeightMax } from './exact-sum.ts'
import { defaultFixedPoint, toFixedPoint } from './fixed-point.ts'
import { noisySum } from './node-privacy.ts'
import { applyUpdate, optimiserState, type ServerStep } from './server-optimiser.ts'
import { stalenessWeight } from './staleness-weight.ts'
import { clipped, norm } from './vector.ts'

const row = (...values: number[]) => Float64Array.from(values)
const source = () => seededRandom(new Uint8Array(32).fill(9))

describe('an exact sum', () => {
  const update = fc.tuple(
    fc.integer({ min: 1, max: 1_000 }),
    fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 5, maxLength: 5 }),
  )

  test('is the same to the bit in whatever order and pieces the updates come', () => {
    fc.assert(
      fc.property(fc.array(update, { minLength: 1, maxLength: 8 }), fc.nat(5), (updates, cut) => {
        const add = (order: typeof updates, at: number) => {
          const sum = exactSum(5)
          for (const [weight, values] of order) {
            const incoming = sum.begin(weight)
            if (!incoming.ok) throw new Error(incoming.reason)
            incoming.value.push(Int32Array.from(values.slice(0, at)))
            incoming.value.push(Int32Array.from(values.slice(at)))
            expect(incoming.value.finish().ok).toBe(true)
          }
          return sum.mean({ fractionBits: 0 })!
        }
        const mean = add(updates, 0)
        expect(add(updates.toReversed(), cut)).toEqual(mean)
        const total = updates.reduce((sum, [weight]) => sum + BigInt(weight), 0n)
        for (let i = 0; i < 5; i++) {
          const exact = updates.reduce((sum, [w, v]) => sum + BigInt(w) * BigInt(v[i]!), 0n)
          expect(mean[i]).toBe(Number(exact) / Number(total))
        }
      }),
    )
  })

  test('takes out again what turned out to be broken, exactly', () => {
    const sum = exactSum(3)
    const good = sum.begin(7)
    if (!good.ok) throw new Error(good.reason)
    good.value.push(Int32Array.of(1, -2, 3))
    good.value.finish()
    const before = sum.mean(defaultFixedPoint)
    const broken = sum.begin(5)
    if (!broken.ok) throw new Error(broken.reason)
    broken.value.push(Int32Array.of(2 ** 31 - 1, 9))
    expect(broken.value.finish()).toMatchObject({ ok: false, code: 'INVALID' })
    expect(broken.value.push(Int32Array.of(1, 2))).toMatchObject({ ok: false })
    broken.value.takeBack([Int32Array.of(2 ** 31 - 1, 9)])
    expect(sum.mean(defaultFixedPoint)).toEqual(before)
    expect(sum.totalWeight).toBe(7)
  })

  test('refuses weights with which it would not stay exact', () => {
    const sum = exactSum(1)
    for (const weight of [0, -1, 0.5, Number.NaN]) {
      expect(sum.begin(weight)).toMatchObject({ ok: false, code: 'INVALID' })
    }
    expect(sum.begin(totalWeightMax).ok).toBe(true)
    expect(sum.begin(1)).toMatchObject({ ok: false, code: 'TOO_LARGE' })
    expect(sum.mean(defaultFixedPoint)).toBeNull()
  })
})

describe('fixed point', () => {
  test('rounds to the nearest unit, halves to even, and refuses what does not fit', () => {
    const fixed = toFixedPoint(row(0.5, 1.5, -0.5, -1.5, 2.4, -2.6), { fractionBits: 0 })
    expect(fixed).toEqual({ ok: true, value: Int32Array.of(0, 2, 0, -2, 2, -3) })
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(toFixedPoint(row(value), { fractionBits: 0 })).toMatchObject({ code: 'INVALID' })
    }
  })
})

describe('the step of the server', () => {
  const adaptive = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, tau: 1e-3 }
  test.each<[string, ServerStep, number]>([
    ['Adam from 0', { kind: 'fedadam', ...adaptive, varianceStart: 0 }, 0.1980392],
    ['Yogi from 0', { kind: 'fedyogi', ...adaptive, varianceStart: 0 }, 0.1980392],
    ['Adam of the paper', { kind: 'fedadam', ...adaptive }, 0.1980202],
    ['Yogi of the paper', { kind: 'fedyogi', ...adaptive }, 0.19802],
    ['Adagrad', { kind: 'fedadagrad', ...adaptive, tau: 0.5, varianceStart: 0 }, 0.15],
    ['FedAvg', { kind: 'fedavg' }, 0.6],
    ['FedProx', { kind: 'fedprox' }, 0.6],
    ['FedAvgM', { kind: 'fedavgm', learningRate: 1, momentum: 0.9 }, 0.6],
  ])('is that of %s', (_, step, expected) => {
    const weights = row(0.1)
    applyUpdate(step, optimiserState(step, 1), weights, row(0.5))
    expect(Math.abs(weights[0]! - expected)).toBeLessThan(5e-8)
  })

  test('keeps its velocity from one round to the next', () => {
    const step: ServerStep = { kind: 'fedavgm', learningRate: 0.5, momentum: 0.9 }
    const [weights, state] = [row(0), optimiserState(step, 1)]
    applyUpdate(step, state, weights, row(1))
    applyUpdate(step, state, weights, row(1))
    // v: -1, then 0.9 * -1 - 1.
    expect(weights[0]).toBeCloseTo(0.5 + 0.5 * 1.9, 12)
  })
})

describe('FedBuff', () => {
  test('weighs a fresh update 1, and an old one less', () => {
    expect(stalenessWeight(0)).toBe(1)
    expect(stalenessWeight(3)).toBe(0.5)
  })
})

describe('clipping', () => {
  test('leaves an update of zero as it is, and shortens only what is longer', () => {
    expect(clipped(row(0, 0), 1)).toEqual(row(0, 0))
    expect(clipped(row(0.6, 0), 1)).toEqual(row(0.6, 0))
    expect(norm(clipped(row(30, 40), 1))).toBeCloseTo(1, 12)
  })
})

describe('privacy of whole nodes', () => {
  const how = {
    clipNorm: 1,
    noiseMultiplier: 1e-6,
    expectedNodes: 4,
    fixedPoint: defaultFixedPoint,
    adaptive: null,
  }

  test('divides by the nodes that were expected, not by those that came', () => {
    const sum = noisySum(2, how)
    sum.add(row(3, 4))
    const { mean } = sum.finish(source())
    expect(mean[0]).toBeCloseTo(0.6 / 4, 4)
    expect(mean[1]).toBeCloseTo(0.8 / 4, 4)
  })

  test('refuses weights, for which its noise would be too small', () => {
    const sum = noisySum(1, how)
    expect(sum.add(row(1), 10)).toMatchObject({ ok: false, code: 'INVALID' })
    expect(sum.add(row(Number.NaN))).toMatchObject({ ok: false, code: 'INVALID' })
    expect(sum.add(row(1, 2))).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('releases noise where nobody was drawn, of the deviation it promises', () => {
    const { mean: noise } = noisySum(20_000, { ...how, noiseMultiplier: 2 }).finish(source())
    const variance = noise.reduce((sum, value) => sum + value * value, 0) / noise.length
    expect(variance / (2 / 4) ** 2).toBeGreaterThan(0.95)
    expect(variance / (2 / 4) ** 2).toBeLessThan(1.05)
  })

  test('never lets fixed point raise the norm above the clip norm', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (values) => {
          const exact = noisySum(3, { ...how, noiseMultiplier: 1e-9, expectedNodes: 1 })
          exact.add(Float64Array.from(values))
          // Noise of 1e-9 clip norms is far below one unit: what comes out is the units.
          expect(norm(exact.finish(source()).mean)).toBeLessThanOrEqual(1 + 1e-15)
        },
      ),
    )
  })
})

describe('a clip norm that follows the updates', () => {
  const adaptive = { quantile: 0.5, learningRate: 0.2, countNoise: 1e-6 }
  const how = {
    clipNorm: 1,
    noiseMultiplier: 1e-6,
    expectedNodes: 4,
    fixedPoint: defaultFixedPoint,
    adaptive,
  }
  const chance = source()
  const after = (lengths: readonly number[], changes: Partial<typeof how> = {}) => {
    const sum = noisySum(1, { ...how, ...changes })
    for (const length of lengths) sum.add(row(length))
    return sum.finish(chance).clipNormNext!
  }

  test('falls where most are within it, rises where most are not, and else stays', () => {
    expect(after([0.1, 0.1, 0.1, 0.1])).toBeCloseTo(Math.exp(-0.1), 9)
    expect(after([3, 3, 3, 3])).toBeCloseTo(Math.exp(0.1), 9)
    expect(after([0.5, 0.5, 3, 3])).toBeCloseTo(1, 9)
    // Who was asked and sent nothing says neither.
    expect(after([])).toBeCloseTo(1, 9)
  })

  test('is steered by a count that is noised, at the cost of more noise in the sum', () => {
    const nodes = { noiseMultiplier: 1, adaptive: adaptiveClipping(20, 1), expectedNodes: 20 }
    const steps = Array.from({ length: 400 }, () => Math.log(after([], nodes)) / -0.2)
    const deviation = Math.sqrt(steps.reduce((sum, step) => sum + step * step, 0) / steps.length)
    expect(deviation * 20).toBeGreaterThan(0.85)
    expect(deviation * 20).toBeLessThan(1.15)
    const { mean } = noisySum(20_000, { ...how, ...nodes }).finish(source())
    const variance = mean.reduce((sum, value) => sum + value * value, 0) / mean.length
    // 1 / (1 - 1/4): a quarter of what the release costs is for the count.
    expect(variance * 20 ** 2).toBeGreaterThan((4 / 3) * 0.95)
    expect(variance * 20 ** 2).toBeLessThan((4 / 3) * 1.05)
  })

  test('is refused where the count would cost more than there is', () => {
    expect(() => after([], { noiseMultiplier: 1, adaptive: { ...adaptive } })).toThrow(/count/)
  })
})

describe('anomaly scores and gates', () => {
  const honest = [row(1, 0.1), row(1, -0.1), row(0.9, 0), row(1.1, 0.05)]
  const gates = { accuracy_min: 0.6, loss_max: 2, cosine_min: 0.7 }

  test('show what points away, what is too long, what is a copy and what is no number', () => {
    const rows = [...honest, row(-1, 0), row(50, 0), row(Number.NaN, 0), row(Infinity, 0)]
    const scores = anomalies(rows)
    expect(scores[0]!.cosine).toBeGreaterThan(0.95)
    expect(scores[4]!.cosine).toBeLessThan(-0.9)
    expect(scores[5]!.normRatio).toBeGreaterThan(20)
    expect(scores.map((score) => score.isFinite)).toEqual([...Array(6).fill(true), false, false])
    const nearest = nearestCosines([...honest, row(-1, 0.3), row(-1, 0.3)])
    expect(nearest[5]).toBeCloseTo(1, 12)
    expect(nearest[0]).toBeLessThan(0.999)
  })

  test('count a zero update without dividing by its norm', () => {
    const scores = anomalies([row(0, 0), ...honest])
    expect(scores[0]).toMatchObject({ cosine: 0, normRatio: 0, isFinite: true })
    expect(anomalies([row(0), row(0), row(0)])[0]).toMatchObject({ normRatio: 1 })
  })

  test('name each gate that an update misses, and none for what was not measured', () => {
    const [fine, turned, , , broken] = anomalies([
      ...honest.slice(0, 1),
      row(-1, 0),
      ...honest.slice(1, 3),
      row(Number.NaN, 1),
    ])
    const measured = { accuracy: 0.9, loss: 0.3 }
    expect(gateFaults({ ...measured, anomaly: fine! }, gates)).toEqual([])
    expect(gateFaults({ accuracy: null, loss: null, anomaly: fine! }, gates)).toEqual([])
    expect(gateFaults({ accuracy: 0.5, loss: Number.NaN, anomaly: turned! }, gates)).toEqual([
      'accuracy_low',
      'loss_high',
      'cosine_low',
    ])
    expect(gateFaults({ ...measured, anomaly: broken! }, gates)).toEqual(['not_finite'])
  })
})
