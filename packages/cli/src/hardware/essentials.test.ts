import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/host.ts'
import { capabilitiesOf } from './capabilities.ts'
import { detectHardware } from './detect.ts'
import { readEssentials } from './essentials.ts'

test('what is read quickly is what an examination finds', async () => {
  const detection = {
    dataDir: temporaryFolder(),
    env: {},
    signal: new AbortController().signal,
    deadlineMs: 60_000,
  }
  const quick = capabilitiesOf(await readEssentials(detection))
  const thorough = capabilitiesOf(await detectHardware(detection))
  // Free disk is another a moment later.
  const { disk_free_gb: free } = quick
  expect({ ...quick, disk_free_gb: null }).toEqual({ ...thorough, disk_free_gb: null })
  expect(Math.abs((free ?? 0) - (thorough.disk_free_gb ?? 0))).toBeLessThan(5)
})
