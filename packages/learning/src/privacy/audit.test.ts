import { describe, expect, test } from 'vitest'
import { canaryScores } from '../testing/canary.ts'
import { epsilonAtLeast, rateAtLeast, rateAtMost } from './audit.ts'
import { rdpEpsilon } from './rdp.ts'

describe('the rates of an audit', () => {
  test('are those of Clopper and Pearson', () => {
    // The published interval of 8 in 10 at 95%: 0.4439 to 0.9748.
    expect(rateAtLeast(8, 10, 0.025)).toBeCloseTo(0.4439, 4)
    expect(rateAtMost(8, 10, 0.025)).toBeCloseTo(0.9748, 4)
    // None of n: 1 - wrong^(1/n).
    expect(rateAtMost(0, 100, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 100), 10)
    expect(rateAtMost(10, 10, 0.05)).toBe(1)
  })
})

describe('a lower bound of epsilon', () => {
  const spread = (count: number, centre: number) =>
    Array.from({ length: count }, (_, at) => centre + ((at * 37) % count) / count)

  test('is nothing where the scores are the same', () => {
    expect(epsilonAtLeast(spread(400, 0), spread(400, 0), 1e-5).epsilon).toBeLessThan(0.1)
  })

  test('is what the trials can show where the scores are apart', () => {
    const bound = epsilonAtLeast(spread(400, 5), spread(400, 0), 1e-5)
    expect(bound).toMatchObject({ truePositives: 200, falsePositives: 0, trials: 200 })
    expect(bound.epsilon).toBeCloseTo(Math.log(0.025 ** (1 / 200) / (1 - 0.025 ** (1 / 200))), 3)
  })
})

describe('a private training', () => {
  const phase = { samplingRate: 1, noiseMultiplier: 4, steps: 4 }
  const delta = 1e-5
  const claimed = rdpEpsilon([phase], delta).epsilon
  const trials = 240

  async function bound(addNoise?: (values: Float64Array, deviation: number) => void) {
    const kept = await canaryScores(true, phase, trials, addNoise)
    const left = await canaryScores(false, phase, trials, addNoise)
    return epsilonAtLeast(kept, left, delta).epsilon
  }

  test('lets nobody find out more than it claims', async () => {
    expect(await bound()).toBeLessThan(claimed)
  })

  test('without its noise is found out', async () => {
    expect(await bound(() => undefined)).toBeGreaterThan(claimed)
  })
})
