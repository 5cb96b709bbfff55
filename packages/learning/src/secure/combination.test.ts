import { describe, expect, test } from 'vitest'
import { type Combination, checkCombination } from './combination.ts'

describe('what cannot be had together', () => {
  const plain: Combination = {
    strategy: 'fedavg',
    secure_aggregation: true,
    quality: null,
    privacy: null,
    updates_min: 5,
  }
  const node = {
    unit: 'node' as const,
    budget: { epsilon: 1, delta: 1e-5 },
    clip_norm: 1,
    noise_multiplier: 1,
  }
  const gates = { accuracy_min: 0.6, loss_max: 2, cosine_min: 0.7 }

  test.each<[string, Partial<Combination>]>([
    ['compares single updates', { strategy: 'krum' }],
    ['compares single updates', { strategy: 'median', updates_min: 20 }],
    ['of several rounds', { strategy: 'fedbuff' }],
    ['look at single updates', { quality: gates }],
    ['shows them', { updates_min: 2 }],
    ['more than its share', { strategy: 'median', secure_aggregation: false, privacy: node }],
    ['drawn by chance', { strategy: 'fedbuff', secure_aggregation: false, privacy: node }],
    ['needs 7 updates', { strategy: 'bulyan', secure_aggregation: false }],
  ])('is refused with the reason: %s', (reason, change) => {
    expect(checkCombination({ ...plain, ...change })).toMatchObject({
      ok: false,
      code: 'TASK_REFUSED',
      reason: expect.stringContaining(reason),
    })
  })

  test('is not what goes together', () => {
    expect(checkCombination(plain).ok).toBe(true)
    expect(checkCombination({ ...plain, strategy: 'fedadam', privacy: node }).ok).toBe(true)
    const robust: Combination = { ...plain, strategy: 'bulyan', secure_aggregation: false }
    expect(checkCombination({ ...robust, updates_min: 7, quality: gates }).ok).toBe(true)
  })
})
