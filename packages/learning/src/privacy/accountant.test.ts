import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextClipNorm, updateNoiseMultiplier } from './adaptive-clipping.ts'
import { calibrate } from './calibrate.ts'
import { erfc, normalTail } from './error-function.ts'
import { fft, inverseFft } from './fft.ts'
import { lossGrid } from './loss-grid.ts'
import type { Phase } from './mechanism.ts'
import { pldEpsilon } from './pld.ts'
import { composed, epsilonOf, lnMoments, rdpEpsilon, wholeMoment } from './rdp.ts'
import { privacyStatement } from './statement.ts'

function phases(samplingRate: number, noiseMultiplier: number, steps: number): Phase[] {
  return [{ samplingRate, noiseMultiplier, steps }]
}

describe('the RDP accountant', () => {
  test.each([
    [0.04, 1.5, 2250, 1e-5, 7.329111171, 1e-8],
    [150 / 6e4, 1.3, 6000, 1e-5, 0.7242234026, 1e-8],
    [1, 0.7, 2, 1e-5, 10.8602036, 1e-7],
    // Published with every binomial positive, which is looser; ours is 3.2391922.
    [0.01, 0.7, 120, 1e-5, 3.2392676, 1e-4],
    [0.0064, 1.0, 782, 1e-6, 1.6164, 1e-4],
    [240 / 6e4, 1.3, 3750, 1e-5, 0.922, 1e-4],
  ])(
    'gives the published figure at q %d, z %d, %d steps',
    (q, z, steps, delta, epsilon, within) => {
      expect(Math.abs(rdpEpsilon(phases(q, z, steps), delta).epsilon - epsilon)).toBeLessThan(
        within,
      )
    },
  )

  // Integrals of the definition in 40 digits, by mpmath.
  test.each([
    [0.01, 0.7, 1.1, 0.000032843787749832],
    [0.5, 3, 1.5, 0.010706678160315954],
    [0.9, 10, 2.5, 0.015208701799700847],
    [0.001, 0.5, 4.4, 0.48637316483920207],
    [1e-5, 2, 1.1, 1.5621354205954699e-12],
  ])('has the moment at q %d, z %d and order %d', (q, z, order, expected) => {
    expect(Math.abs(lnMoments(q, z, [order])[0]! - expected)).toBeLessThan(2e-13)
  })

  test('integrates whole orders to what their sum is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
        fc.double({ min: 0.3, max: 50, noNaN: true }),
        fc.integer({ min: 2, max: 12 }),
        (q, z, order) => {
          const sum = wholeMoment(q, z, order)
          const integral = lnMoments(q, z, [order])[0]!
          expect(Math.abs(integral - sum)).toBeLessThan(1e-12 * Math.max(1, sum))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('adds steps and phases, in any order', () => {
    const [a, b] = [phases(0.01, 1, 100), phases(0.2, 4, 7)]
    const split = composed([...phases(0.01, 1, 60), ...b, ...phases(0.01, 1, 40)])
    const whole = composed([...a, ...b])
    for (const [i, value] of whole.entries()) expect(split[i]! / value).toBeCloseTo(1, 12)
    // One shot of the classical formula, with no composition, would hold for ever at one figure.
    const cost = (steps: number) => rdpEpsilon(phases(0.01, 1, steps), 1e-5).epsilon
    expect(cost(1_000)).toBeGreaterThan(1.5 * cost(100))
  })

  test('says nothing was spent where nothing was, and where its grid ends', () => {
    expect(rdpEpsilon([], 1e-5)).toEqual({ epsilon: 0, order: null, isAtEnd: false })
    expect(rdpEpsilon(phases(0, 1, 10), 1e-5).epsilon).toBe(0)
    expect(rdpEpsilon(phases(0.001, 100, 1), 1e-5)).toMatchObject({ order: 1024, isAtEnd: true })
    expect(() => epsilonOf(composed([]), 0)).toThrow(RangeError)
  })
})

describe('the PLD accountant', () => {
  test.each([
    [0.01, 0.7, 120, 1e-5, 2.461238, 1e-5],
    [1, 1, 5, 1e-6, 12.5952, 1e-4],
    [0.2, 0.5, 3, 0.15594, 1, 1e-4],
  ])(
    'gives the published figure at q %d, z %d, %d steps',
    (q, z, steps, delta, epsilon, within) => {
      const figure = pldEpsilon(phases(q, z, steps), delta)!
      expect(Math.abs(figure.epsilon - epsilon)).toBeLessThan(within)
    },
  )

  test('lies above the exact figure of the Gaussian mechanism, by no more than it says', () => {
    // delta = Phi(1/2z - ez) - e^e Phi(-1/2z - ez), where n steps of z are one of z / sqrt(n).
    const deltaAt = (epsilon: number, z: number) =>
      normalTail(epsilon * z - 1 / (2 * z)) -
      Math.exp(epsilon) * normalTail(epsilon * z + 1 / (2 * z))
    for (const [z, steps] of [
      [1, 1],
      [4, 16],
      [20, 100],
    ] as const) {
      const { epsilon, excess } = pldEpsilon(phases(1, z, steps), 1e-5)!
      expect(deltaAt(epsilon, z / Math.sqrt(steps))).toBeLessThanOrEqual(1e-5)
      const tight = epsilon - 3 * excess - 1e-5
      expect(deltaAt(tight, z / Math.sqrt(steps))).toBeGreaterThan(1e-5)
    }
  })

  test('never exceeds the gate, so the reported figure is covered by the enforced one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.3, noNaN: true }),
        fc.double({ min: 0.8, max: 6, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (q, z, steps) => {
          const gate = rdpEpsilon(phases(q, z, steps), 1e-5).epsilon
          const figure = pldEpsilon(phases(q, z, steps), 1e-5)
          expect(figure!.epsilon).toBeLessThanOrEqual(gate + 1e-6)
        },
      ),
      { numRuns: 12 },
    )
  })

  test('composes phases as it composes steps', () => {
    const whole = pldEpsilon(phases(0.01, 0.7, 120), 1e-5)!
    const halves = [...phases(0.01, 0.7, 60), ...phases(0.01, 0.7, 60)]
    expect(pldEpsilon(halves, 1e-5)!.epsilon).toBeCloseTo(whole.epsilon, 8)
  })

  test('gives no figure where its arithmetic would decide', () => {
    expect(pldEpsilon(phases(0.01, 1, 10), 1e-14)).toBeNull()
    expect(pldEpsilon([], 1e-5)).toMatchObject({ epsilon: 0 })
  })

  test('splits the loss of a step so that both neighbours keep their mass', () => {
    for (const direction of ['remove', 'add'] as const) {
      const { first, mass, cell, beyond } = lossGrid(direction, 0.1, 0.8, 0.01, 9)
      const here = mass.reduce((sum, each) => sum + each, beyond)
      const there = mass.reduce((sum, each, i) => sum + each * Math.exp(-(first + i) * cell), 0)
      expect(here).toBeCloseTo(1, 12)
      expect(there).toBeCloseTo(1, 6)
    }
  })
})

describe('calibration', () => {
  test('finds the least noise that keeps within the budget', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 12, noNaN: true }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        fc.integer({ min: 1, max: 3000 }),
        (epsilon, samplingRate, steps) => {
          const found = calibrate({ epsilon, delta: 1e-5, samplingRate, steps })
          if (!found.ok) throw new Error(found.reason)
          const { noiseMultiplier, spent } = found.value
          expect(spent.epsilon).toBeLessThanOrEqual(epsilon)
          const less = phases(samplingRate, noiseMultiplier * 0.9999, steps)
          expect(rdpEpsilon(less, 1e-5).epsilon).toBeGreaterThan(epsilon)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('refuses what no amount of noise reaches', () => {
    const asked = { epsilon: 0.0001, delta: 1e-5, samplingRate: 1, steps: 1 }
    expect(calibrate(asked)).toMatchObject({ ok: false, code: 'INVALID' })
  })
})

describe('adaptive clipping', () => {
  test('lowers the norm when more are within it than wanted, and settles on the quantile', () => {
    const how = { quantile: 0.5, learningRate: 0.2, countNoise: 1 }
    expect(nextClipNorm(1, 1, how)).toBeLessThan(1)
    expect(nextClipNorm(1, 0, how)).toBeGreaterThan(1)
    // With the sign the wrong way round the norm runs away from here.
    const norms = Array.from({ length: 101 }, (_, i) => i / 10)
    let clip = 0.1
    for (let round = 0; round < 200; round++) {
      clip = nextClipNorm(clip, norms.filter((norm) => norm <= clip).length / norms.length, how)
    }
    expect(clip).toBeGreaterThan(4.5)
    expect(clip).toBeLessThan(5.5)
  })

  test('pays for the count out of the noise of the updates', () => {
    expect(updateNoiseMultiplier(1, 5)).toBeCloseTo(1.0050378, 7)
    expect(updateNoiseMultiplier(1, 0.5)).toBeNull()
  })
})

describe('a privacy statement', () => {
  test('names unit, neighbours, sampling, accountant, orders and delta beside the figure', () => {
    const budget = { epsilon: 3, delta: 1e-5 }
    const lines = privacyStatement({ unit: 'node', phases: phases(0.01, 1.1, 1000), budget })
    const text = lines.map(({ name, text }) => `${name}: ${text}`).join('\n')
    for (const words of [
      'everything that one node holds',
      'added or removed',
      'Poisson sample at rate 0.01',
      'delta: 0.00001',
      '1.1 to 10.9 by 0.1, 11 to 63, 128, 256, 512, 1024',
      'epsilon 1.712 of 3',
      'by PLD',
    ]) {
      expect(text).toContain(words)
    }
  })
})

describe('the arithmetic beneath', () => {
  // mpmath, 25 digits.
  test.each([
    [0.1, 0.887537083981715],
    [0.5, 0.4795001221869535],
    [2.5, 0.0004069520174449589],
    [5, 1.537459794428035e-12],
    [12, 1.3562611692059042e-64],
    [-1, 1.8427007929497148],
  ])('has erfc(%d)', (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(1e-14)
  })

  test('transforms as the definition does, and back', () => {
    const re = Float64Array.from({ length: 16 }, (_, i) => Math.sin(i * i))
    const im = Float64Array.from({ length: 16 }, (_, i) => i / 7)
    const [outRe, outIm] = [re.slice(), im.slice()]
    fft(outRe, outIm)
    for (let k = 0; k < 16; k++) {
      let sum = 0
      for (let n = 0; n < 16; n++) {
        const angle = (-2 * Math.PI * k * n) / 16
        sum += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle)
      }
      expect(outRe[k]).toBeCloseTo(sum, 12)
    }
    inverseFft(outRe, outIm)
    for (let k = 0; k < 16; k++) {
      expect(outRe[k]).toBeCloseTo(re[k]!, 13)
      expect(outIm[k]).toBeCloseTo(im[k]!, 13)
    }
    expect(() => fft(new Float64Array(12), new Float64Array(12))).toThrow(RangeError)
  })
})
