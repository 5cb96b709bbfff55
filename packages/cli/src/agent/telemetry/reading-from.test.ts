import { Telemetry } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { readingFrom } from './reading-from.ts'
import type { Sample } from './sample.ts'

const blind: Sample = {
  atMs: 0,
  processor: null,
  quota: null,
  memory: null,
  temperatureC: null,
  battery: null,
  powerWatts: null,
  gpus: [],
  diskFreeBytes: null,
  idleSeconds: null,
}
const noLine = { latencyMs: null, upMbps: null, downMbps: null }

function reading(before: Partial<Sample>, after: Partial<Sample>) {
  return readingFrom({ ...blind, ...before }, { ...blind, atMs: 1_000, ...after }, noLine)
}

describe('a reading', () => {
  test('of a machine that tells nothing is null throughout', () => {
    const { telemetry, minuteOfDay, ...rest } = reading({}, {})
    expect(Object.values(rest)).toEqual([null, null, null, null])
    expect(minuteOfDay).toBeGreaterThanOrEqual(0)
    const { gpus, ...measured } = telemetry
    expect(gpus).toEqual([])
    expect(Object.values(measured).filter((value) => value !== null)).toEqual([])
  })

  test('is what telemetry may hold', () => {
    const { telemetry } = reading(
      { processor: { total: 0, idle: 0, ours: 0 } },
      {
        processor: { total: 300, idle: 100, ours: 50 },
        memory: { availableBytes: 3, totalBytes: 7 },
        temperatureC: 48.3,
        battery: { present: true, percent: 81, on_mains: false },
        powerWatts: 11.2,
        gpus: [{ utilisation_percent: 3, memory_percent: null, temperature_c: 40 }],
      },
    )
    const own = { state: 'closed', reason: null }
    const whole = { ...telemetry, consecutive_errors: 0, open_assignments: 0, breaker: own }
    expect(Telemetry.safeParse(whole).success).toBe(true)
  })

  test('tells the load of others from what we make ourselves', () => {
    const { telemetry, othersCpuPercent } = reading(
      { processor: { total: 1_000, idle: 500, ours: 100 } },
      { processor: { total: 2_000, idle: 900, ours: 400 } },
    )
    expect(telemetry.cpu_percent).toBe(60)
    expect(othersCpuPercent).toBe(30)
  })

  test('holds nothing against others that was counted a moment late', () => {
    const busy = { total: 2_000, idle: 900, ours: 9_000 }
    const { othersCpuPercent } = reading(
      { processor: { total: 1_000, idle: 500, ours: 0 } },
      {
        processor: busy,
      },
    )
    expect(othersCpuPercent).toBe(0)
  })

  test.each([
    ['no time has passed', { total: 100, idle: 50, ours: 0 }],
    ['a core was taken away', { total: 90, idle: 40, ours: 0 }],
    ['the counter of idle time ran back', { total: 200, idle: 40, ours: 0 }],
  ])('has no load where %s', (_, after) => {
    const before = { total: 100, idle: 50, ours: 0 }
    expect(reading({ processor: before }, { processor: after }).telemetry.cpu_percent).toBeNull()
  })

  test('does not know the others where our own part is not known', () => {
    const { telemetry, othersCpuPercent } = reading(
      { processor: { total: 0, idle: 0, ours: null } },
      { processor: { total: 100, idle: 25, ours: null } },
    )
    expect(telemetry.cpu_percent).toBe(75)
    expect(othersCpuPercent).toBeNull()
  })

  test('goes by the quota where that is the narrower', () => {
    const idle = { total: 0, idle: 0, ours: 0 }
    const { telemetry } = reading(
      { processor: idle, quota: { usedMicroseconds: 0, cores: 0.5 } },
      {
        processor: { total: 6_400, idle: 6_300, ours: 100 },
        quota: { usedMicroseconds: 400_000, cores: 0.5 },
      },
    )
    expect(telemetry.cpu_percent).toBe(80)
  })

  test('rounds what is free down', () => {
    const { memoryFreeMb, diskFreeGb, telemetry } = reading(
      {},
      {
        memory: { availableBytes: 2 ** 30 - 1, totalBytes: 2 ** 32 },
        diskFreeBytes: 10.19 * 2 ** 30,
      },
    )
    expect(memoryFreeMb).toBe(1_023)
    expect(diskFreeGb).toBe(10.1)
    expect(telemetry.memory_percent).toBe(75)
  })

  test('has of the line what the line has shown', () => {
    const line = { latencyMs: 12.5, upMbps: null, downMbps: 480 }
    const { telemetry } = readingFrom(blind, blind, line)
    expect(telemetry).toMatchObject({
      latency_ms: 12.5,
      bandwidth_up_mbps: null,
      bandwidth_down_mbps: 480,
    })
  })
})
