import { describe, expect, test } from 'vitest'
import { createOptimiser } from './optimiser.ts'
import { rateAt } from './schedule.ts'
import type { OptimiserSpec } from './train-spec.ts'

/** Where w = 1 goes under gradients 0.5 (sums of 5 over 10 examples), at rate 0.1. */
function path(spec: OptimiserSpec, steps: number): number[] {
  const optimiser = createOptimiser(spec, 1)
  const weights = Float32Array.of(1)
  return Array.from({ length: steps }, (_, at) => {
    optimiser.update(weights, { sum: Float32Array.of(5), scale: 0.1 }, 0.1, at + 1)
    return weights[0]!
  })
}

const beta = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

describe('an optimiser', () => {
  test('goes along the gradient: sgd', () => {
    const [one, two] = path({ name: 'sgd', momentum: 0, weightDecay: 0 }, 2)
    expect(one).toBeCloseTo(0.95, 6)
    expect(two).toBeCloseTo(0.9, 6)
  })

  test('keeps its velocity: momentum', () => {
    // v = 0.5, then 0.95.
    expect(path({ name: 'sgd', momentum: 0.9, weightDecay: 0 }, 2)[1]).toBeCloseTo(0.855, 6)
  })

  test('counts decay as gradient: sgd', () => {
    expect(path({ name: 'sgd', momentum: 0, weightDecay: 0.1 }, 1)[0]).toBeCloseTo(0.94, 6)
  })

  test('moves by the rate under a constant gradient, its biases corrected: adam', () => {
    const steps = path({ name: 'adam', ...beta }, 3)
    for (const [at, weight] of steps.entries()) expect(weight).toBeCloseTo(1 - 0.1 * (at + 1), 5)
  })

  test('decays apart from the gradient: adamw', () => {
    expect(path({ name: 'adamw', ...beta, weightDecay: 0.1 }, 1)[0]).toBeCloseTo(0.89, 5)
  })
})

describe('a schedule', () => {
  const spec = { learningRate: 1, warmUpSteps: 2, steps: 12 }
  test.each([
    ['constant', { name: 'constant' }, [0.5, 1, 1, 1]],
    ['steps', { name: 'steps', every: 5, factor: 0.5 }, [0.5, 1, 1, 0.5]],
    ['cosine', { name: 'cosine', floor: 0.2 }, [0.5, 1, 1, 0.2]],
    ['linear', { name: 'linear', floor: 0 }, [0.5, 1, 1, 0]],
  ] as const)('begins slowly and goes as its name says: %s', (_, schedule, expected) => {
    const rates = [1, 2, 3, 12].map((step) => rateAt(step, { ...spec, schedule }))
    for (const [at, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[at]!, 12)
  })
})
