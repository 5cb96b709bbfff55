import { describe, expect, test } from 'vitest'
import { erfc } from '../privacy/error-function.ts'
import { exactCoin, expOfMinus } from './bernoulli-exp.ts'
import { discreteGaussian } from './discrete-gaussian.ts'
import { addLatticeNoise, fastGaussian, latticePerSigma } from './lattice-gaussian.ts'
import { type RandomSource, randomWords, seededRandom, systemRandom } from './random-source.ts'
import { rationalFrom } from './rational.ts'

function seeded(number: number): RandomSource {
  return seededRandom(new Uint8Array(32).fill(number))
}

function moments(sample: () => number, count: number) {
  let sum = 0
  let squares = 0
  for (let i = 0; i < count; i++) {
    const x = sample()
    sum += x
    squares += x * x
  }
  return { mean: sum / count, variance: squares / count }
}

/** Chi-square of counts against probabilities, less its mean, in standard deviations. */
function excess(counts: Map<number, number>, chance: (x: number) => number, total: number): number {
  let chi = 0
  let cells = 0
  for (const [x, count] of counts) {
    const expected = total * chance(x)
    if (expected < 8) continue
    chi += (count - expected) ** 2 / expected
    cells += 1
  }
  return (chi - cells) / Math.sqrt(2 * cells)
}

function discreteChance(sigma: number): (x: number) => number {
  let all = 0
  for (let x = -Math.ceil(12 * sigma); x <= 12 * sigma; x++)
    all += Math.exp(-(x * x) / (2 * sigma ** 2))
  return (x) => Math.exp(-(x * x) / (2 * sigma ** 2)) / all
}

function countsOf(sample: () => number, total: number): Map<number, number> {
  const counts = new Map<number, number>()
  for (let i = 0; i < total; i++) {
    const x = sample()
    counts.set(x, (counts.get(x) ?? 0) + 1)
  }
  return counts
}

describe('a random source', () => {
  test('is AES-256 in counter mode, however it is cut', () => {
    // SP 800-38A counts on from another block; this is the key stream of key and counter zero.
    const whole = new Uint8Array(70_000)
    seeded(0).fill(whole)
    expect(Buffer.from(whole.subarray(0, 16)).toString('hex')).toBe(
      'dc95c078a2408989ad48a21492842087',
    )
    const parts = seeded(0)
    const [a, b] = [new Uint8Array(33), new Uint8Array(70_000 - 33)]
    parts.fill(a)
    parts.fill(b)
    expect(Buffer.concat([a, b]).equals(whole)).toBe(true)
    expect(() => seededRandom(new Uint8Array(4))).toThrow(RangeError)
  })

  test('gives two processes nothing in common', () => {
    const [a, b] = [new Uint8Array(32), new Uint8Array(32)]
    systemRandom().fill(a)
    systemRandom().fill(b)
    expect(a).not.toEqual(b)
  })

  test('draws below a bound without favour', () => {
    const words = randomWords(seeded(1))
    const counts = countsOf(() => words.below(6), 60_000)
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5])
    expect(Math.abs(excess(counts, () => 1 / 6, 60_000))).toBeLessThan(4)
    expect(words.below(1)).toBe(0)
  })
})

describe('an exact coin', () => {
  test('bounds exp(-x) from both sides as closely as it is asked to', () => {
    for (const x of [0, 1e-9, 0.3, 1, 7.25, 37]) {
      const [low, high] = expOfMinus(rationalFrom(x), 150)
      expect(high - low).toBeLessThanOrEqual(4n)
      const [coarse, fine] = [Number(low) / 2 ** 150, Math.exp(-x)]
      expect(Math.abs(coarse / fine - 1)).toBeLessThan(2 ** -50)
    }
    // exp(-1) to 40 digits.
    const [low, high] = expOfMinus(rationalFrom(1), 130)
    const digits = 3678794411714423215955237701614608674458n
    const scaled = (digits << 130n) / 10n ** 40n
    expect(low <= scaled + 2n && high + 2n >= scaled).toBe(true)
  })

  test('falls the same way whether doubles or long arithmetic decide', () => {
    // The same bits, once with the filter and once with every flip in doubt.
    for (const gamma of [0.001, 0.5, 1, 3.7]) {
      const quick = exactCoin(randomWords(seeded(2)))
      const exact = exactCoin(randomWords(seeded(2)), 2)
      for (let i = 0; i < 300; i++) {
        const asRational = () => rationalFrom(gamma)
        expect(quick.flip(gamma, asRational)).toBe(exact.flip(gamma, asRational))
      }
    }
  })
})

describe('the discrete Gaussian', () => {
  test.each([0.4, 1, 3.7, 20])('has the probabilities of its formula at sigma %d', (sigma) => {
    const total = 100_000
    const counts = countsOf(discreteGaussian(sigma, seeded(3)), total)
    expect(Math.abs(excess(counts, discreteChance(sigma), total))).toBeLessThan(4)
  })

  test('takes a standard deviation, not a variance', () => {
    const { mean, variance } = moments(discreteGaussian(50, seeded(4)), 40_000)
    expect(Math.abs(mean)).toBeLessThan(4 * (50 / 200))
    expect(variance / 2_500).toBeGreaterThan(0.97)
    expect(variance / 2_500).toBeLessThan(1.03)
  })

  test('has them too where long arithmetic decides every flip', () => {
    const counts = countsOf(discreteGaussian(2.3, seeded(5), 2), 3_000)
    expect(Math.abs(excess(counts, discreteChance(2.3), 3_000))).toBeLessThan(4)
    const large = discreteGaussian(1e9, seeded(6), 2)
    expect(moments(large, 300).variance / 1e18).toBeCloseTo(1, 0)
  })

  test('refuses what is no standard deviation', () => {
    for (const sigma of [0, -1, Number.NaN, 2 ** 41]) {
      expect(() => discreteGaussian(sigma, seeded(1))).toThrow(RangeError)
    }
  })
})

describe('the fast Gaussian', () => {
  test('has the distribution of a normal variable, tails included', () => {
    const total = 400_000
    const sample = fastGaussian(seeded(7))
    const cells = countsOf(() => Math.round(sample() * 10), total)
    const below = (x: number) => 0.5 * erfc(-x / Math.SQRT2)
    const chance = (cell: number) => below((cell + 0.5) / 10) - below((cell - 0.5) / 10)
    expect(Math.abs(excess(cells, chance, total))).toBeLessThan(4)
    // Beyond the last edge, where another formula samples.
    const far = [...cells].filter(([cell]) => Math.abs(cell) >= 38)
    const seen = far.reduce((sum, [, count]) => sum + count, 0)
    const expected = total * erfc(3.75 / Math.SQRT2)
    expect(Math.abs(seen - expected)).toBeLessThan(4 * Math.sqrt(expected))
    const above = far.reduce((sum, [cell, count]) => sum + (cell > 0 ? count : 0), 0)
    expect(Math.abs(above - expected / 2)).toBeLessThan(4 * Math.sqrt(expected / 2))
  })

  test('has it at every count of numbers, on either side, and nothing twice', () => {
    const total = 300_000
    const lengths = [1, 7, 8_192, 8_193, 20_000, 100_003]
    const source = seeded(9)
    const drawn: number[] = []
    for (let at = 0; drawn.length < total; at++) {
      const values = new Float64Array(lengths[at % lengths.length]!)
      addLatticeNoise(values, 1, source)
      for (const value of values) drawn.push(value)
    }
    // The Kolmogorov-Smirnov distance, whose chance to be over 1.95 / sqrt(n) is one in a thousand.
    const sorted = Float64Array.from(drawn).sort()
    const below = (x: number) => 0.5 * erfc(-x / Math.SQRT2)
    const distance = sorted.reduce(
      (most, x, at) => Math.max(most, Math.abs(below(x) - (at + 0.5) / sorted.length)),
      0,
    )
    expect(distance).toBeLessThan(1.95 / Math.sqrt(sorted.length))
    // Points are so many that hardly two fall together: 300,000^2 / 2 pairs, at 0.28 2^-20 each.
    expect(sorted.length - new Set(sorted).size).toBeLessThan(1.2 * sorted.length ** 2 * 0.14e-6)
    const kurtosis = drawn.reduce((sum, x) => sum + x ** 4, 0) / drawn.length
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(96 / drawn.length))
  })

  test('leaves nothing but points of the lattice, with the standard deviation it was given', () => {
    const values = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i) / 3)
    const before = values.slice()
    addLatticeNoise(values, 0.7, seeded(8))
    const point = 2 ** Math.floor(Math.log2(0.7 / latticePerSigma))
    expect(values.every((value) => Number.isInteger(value / point))).toBe(true)
    const noise = values.map((value, i) => value - before[i]!)
    let at = 0
    const { mean, variance } = moments(() => noise[at++]!, noise.length)
    expect(Math.abs(mean)).toBeLessThan((4 * 0.7) / Math.sqrt(50_000))
    expect(variance / 0.49).toBeCloseTo(1, 1)
  })
})
