// The promise that a training outlives its processes and no budget is understated, with real
// processes and a real SIGKILL; the long form is e2e/kill-training/main.ts.
import { expect, test } from 'vitest'
import { killAndCheck, killsOf } from './kill-training/campaign.ts'

test('a training outlives its processes: all of its rounds come, and all are paid', async () => {
  const report = await killAndCheck({
    times: 3,
    roundsPerTraining: 4,
    kind: 'fedavg',
    pauseMsMax: 3_000,
  })
  expect(report.losses).toEqual([])
  expect(killsOf(report)).toBe(3)
  expect(report.updates).toBeGreaterThanOrEqual(12)
}, 300_000)
