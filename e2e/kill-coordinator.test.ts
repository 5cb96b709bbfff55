// The promise that nothing acknowledged is lost, with the real coordinator and a real SIGKILL; the
// long form is `npm run kill-coordinator`.
import { expect, test } from 'vitest'
import { killAndCheck } from './kill-coordinator/campaign.ts'

test('a coordinator that is killed under load has all that it acknowledged', async () => {
  const report = await killAndCheck({ times: 3, timesPerFolder: 3, loadMsMax: 700 })
  expect(report).toMatchObject({ kills: 3, losses: [] })
  expect(report.tasks).toBeGreaterThan(0)
})
