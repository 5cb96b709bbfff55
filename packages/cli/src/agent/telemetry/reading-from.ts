import type { Reading } from '../core/reading.ts'
import type { ProcessorTimes, Sample } from './sample.ts'

/** What the link has measured of the line to the coordinator; never what anybody assumes. */
export interface LineMeasures {
  readonly latencyMs: number | null
  readonly upMbps: number | null
  readonly downMbps: number | null
}

/** Of two samples, for what is measured over time, and of the newer one. */
export function readingFrom(before: Sample, sample: Sample, line: LineMeasures): Reading {
  const { memory, battery, temperatureC, powerWatts, gpus, diskFreeBytes, idleSeconds } = sample
  const load = loadBetween(before.processor, sample.processor)
  const cpuPercent = highest(load?.busyPercent ?? null, quotaPercent(before, sample))
  return {
    telemetry: {
      cpu_percent: cpuPercent,
      memory_percent:
        memory === null
          ? null
          : percent(memory.totalBytes - memory.availableBytes, memory.totalBytes),
      temperature_c: temperatureC,
      latency_ms: line.latencyMs,
      bandwidth_up_mbps: line.upMbps,
      bandwidth_down_mbps: line.downMbps,
      battery_percent: battery?.percent ?? null,
      on_mains: battery?.on_mains ?? null,
      power_watts: powerWatts,
      gpus: [...gpus],
    },
    memoryFreeMb: memory === null ? null : Math.floor(memory.availableBytes / 2 ** 20),
    diskFreeGb: diskFreeBytes === null ? null : Math.floor((diskFreeBytes / 2 ** 30) * 10) / 10,
    othersCpuPercent: load?.othersPercent ?? null,
    idleSeconds,
    minuteOfDay: minuteOf(new Date(sample.atMs)),
  }
}

interface Load {
  readonly busyPercent: number
  readonly othersPercent: number | null
}

/** Null where a core came or went meanwhile, or no time has passed. */
function loadBetween(before: ProcessorTimes | null, after: ProcessorTimes | null): Load | null {
  if (before === null || after === null) return null
  const total = after.total - before.total
  const idle = after.idle - before.idle
  if (!(total > 0) || idle < 0 || idle > total) return null
  const busy = total - idle
  if (before.ours === null || after.ours === null) {
    return { busyPercent: percent(busy, total), othersPercent: null }
  }
  // The counters are not read at the same instant.
  const ours = Math.min(busy, Math.max(0, after.ours - before.ours))
  return { busyPercent: percent(busy, total), othersPercent: percent(busy - ours, total) }
}

/** How much of its quota this group of processes has used, where it has one. */
function quotaPercent(before: Sample, after: Sample): number | null {
  const passedMs = after.atMs - before.atMs
  if (before.quota === null || after.quota === null || passedMs <= 0) return null
  const used = (after.quota.usedMicroseconds - before.quota.usedMicroseconds) / 1_000
  return percent(used, passedMs * after.quota.cores)
}

function percent(part: number, whole: number): number {
  return Math.min(100, Math.max(0, Math.round((1_000 * part) / whole) / 10))
}

function highest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.max(one, other)
}

function minuteOf(date: Date): number {
  return 60 * date.getHours() + date.getMinutes()
}
