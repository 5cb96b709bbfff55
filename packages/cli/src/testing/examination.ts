import { join } from 'node:path'
import { askCoordinator } from '../doctor/ask-coordinator.ts'
import type { Examination } from '../doctor/check.ts'
import { readTolerantSettings } from '../doctor/tolerant-settings.ts'
import { hardwareFrom } from '../hardware/detect.ts'
import { temporaryFolder } from './host.ts'
import { virtualMachine } from './recordings.ts'

/** Configuration by its dotted keys, as `--set` takes it. */
export type Overrides = Readonly<Record<string, string>>

/** An examination of the recorded machine by this process, in a folder of the test's own. */
export function examinationWith(
  overrides: Overrides = {},
  more: Partial<Examination> = {},
  timeoutMs = 3_000,
): Examination {
  const dataDir = more.dataDir ?? join(temporaryFolder(), 'data')
  const { settings, faults } = readTolerantSettings({ dataDir, env: {}, overrides })
  const { signal } = new AbortController()
  const nowMs = more.nowMs ?? Date.now
  const url = settings['coordinator.url']
  return {
    dataDir,
    settings,
    configurationFaults: faults,
    hardware: hardwareFrom(virtualMachine, 0),
    platform: process.platform,
    uid: process.getuid?.() ?? null,
    nodeVersion: process.versions.node,
    nodePath: process.execPath,
    signal,
    nowMs,
    askCoordinator: () => askCoordinator({ url, timeoutMs, signal, nowMs }),
    ...more,
  }
}
