// Trainings under attack, through admission, checks, the aggregating process and evaluation; all
// strategies and attacks are in bench/attacks.ts.
import { createAggregator } from '@vcp/learning'
import { afterAll, describe, expect, test } from 'vitest'
import { type Attack, accuracyUnder, type Defence } from '../testing/attacked-training.ts'

const aggregator = createAggregator({ idleMs: 60_000 })
afterAll(() => aggregator.close())

function under(defence: Defence, attack: Attack, bad: number) {
  return accuracyUnder({ defence, attack, bad, rounds: 2, seed: 2 }, aggregator)
}

async function accuracy(...how: Parameters<typeof under>): Promise<number> {
  const found = await under(...how)
  if (!found.ok) throw new Error(found.reason)
  return found.value
}

describe('a training of twenty nodes', () => {
  test('is lost to four of them where its strategy is a mean', async () => {
    expect(await accuracy('fedavg', 'noise', 0)).toBeGreaterThan(0.85)
    expect(await accuracy('fedavg', 'sign flip', 4)).toBeLessThan(0.5)
    expect(await accuracy('fedavg', 'scaling', 4)).toBeLessThan(0.5)
  })

  test.each([
    'fedavg, quality gates',
    'median',
    'trimmed_mean',
    'krum',
    'multi_krum',
    'geometric_median',
  ] as const)('stands eight of them by %s', async (defence) => {
    expect(await accuracy(defence, 'sign flip', 8)).toBeGreaterThan(0.85)
    expect(await accuracy(defence, 'label flip', 8)).toBeGreaterThan(0.85)
  })

  test('stands four of them by Bulyan, and is not begun where it names eight', async () => {
    expect(await accuracy('bulyan', 'sign flip', 4)).toBeGreaterThan(0.85)
    const refused = await under('bulyan', 'sign flip', 8)
    expect(refused).toMatchObject({ ok: false, code: 'TASK_REFUSED' })
    expect(refused).toHaveProperty('reason', expect.stringContaining('at least 35'))
  })
})
