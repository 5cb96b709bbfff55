import { type CpuInfo, cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

/** How busy all cores were for a while, in percent; null where the system does not count it. */
export async function measureLoad(windowMs = 250, signal?: AbortSignal): Promise<number | null> {
  const before = cpus()
  await pause(windowMs, undefined, signal === undefined ? {} : { signal })
  return loadBetween(before, cpus())
}

/** The share of time between two readings that was not idle. */
export function loadBetween(
  before: readonly Pick<CpuInfo, 'times'>[],
  after: readonly Pick<CpuInfo, 'times'>[],
): number | null {
  if (before.length !== after.length) return null // a core was switched on or off meanwhile
  const passed = totalOf(after) - totalOf(before)
  const idle = idleOf(after) - idleOf(before)
  if (!(passed > 0) || idle < 0 || idle > passed) return null
  return Math.round((1 - idle / passed) * 1000) / 10
}

function totalOf(readings: readonly Pick<CpuInfo, 'times'>[]): number {
  return readings.reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.idle + times.irq,
    0,
  )
}

function idleOf(readings: readonly Pick<CpuInfo, 'times'>[]): number {
  return readings.reduce((sum, { times }) => sum + times.idle, 0)
}
