// The promise that a training outlives its processes and no budget is understated, with real
// processes and a real SIGKILL; the long form is e2e/kill-training/main.ts.
import { expect, test } from 'vitest'
import { killAndCheck, killsOf } from './kill-training/campaign.ts'

test.each([
  ['whose updates are seen', 'fedavg'],
  ['whose updates are hidden', 'secure'],
] as const)(
  'a training %s outlives its processes: all rounds come, and all are paid',
  async (_, kind) => {
    const report = await killAndCheck({ times: 3, roundsPerTraining: 4, kind, pauseMsMax: 3_000 })
    expect(report.losses).toEqual([])
    expect(killsOf(report)).toBe(3)
    expect(report.updates).toBeGreaterThanOrEqual(12)
  },
  300_000,
)
