import { cpus, totalmem } from 'node:os'
import type { Context } from '../command.ts'
import { seatsFor } from '../engines/sandbox-pool.ts'
import { measureLoad } from '../hardware/load.ts'
import { nearestFolder } from '../hardware/nearest-folder.ts'
import type { Bench } from './bench-text.ts'
import { type Measure, type Measured, measured } from './measure.ts'
import { progressBar } from './progress-bar.ts'

/** One after the other, so that none takes from another. */
export async function runBench(
  chosen: readonly Measure[],
  seconds: number,
  context: Context,
): Promise<Bench> {
  const { host, dataDir } = context
  const { signal } = host
  const cores = cpus()
  const folder = nearestFolder(dataDir)
  const place = { folder, seats: seatsFor(cores.length, 1), signal }
  const load = await measureLoad(500)
  const bar = progressBar(context, { of: chosen.length, seconds })
  const done: Measured[] = []
  try {
    for (const measure of chosen) {
      if (signal.aborted) break
      bar.begin(measure.name, measure.unit, done.length)
      const nowMs = () => performance.now()
      done.push(await measured(measure, place, { seconds, signal, nowMs, onSample: bar.note }))
    }
  } catch (error) {
    // Ctrl-C comes to every process of a terminal: what failed then, failed of it.
    if (!signal.aborted) throw error
  } finally {
    bar.clear()
  }
  return {
    machine: {
      cpu: cores[0]?.model.trim() || null,
      cores: cores.length,
      memory_bytes: totalmem(),
      system: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      folder,
    },
    load_before_percent: load,
    seconds_each: seconds,
    measures: done,
    is_interrupted: signal.aborted,
  }
}
