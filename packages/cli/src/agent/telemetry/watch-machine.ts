// Measures the machine now and then, for as long as the agent runs.
import type { Reading } from '../core/reading.ts'
import type { Sensors } from './machine-sensors.ts'
import { type LineMeasures, readingFrom } from './reading-from.ts'

export interface WatchParts {
  readonly sensors: Sensors
  readonly line: () => LineMeasures
  readonly tell: (reading: Reading) => void
  /** Calls back after a time, unless what it returns is called before. */
  readonly after: (ms: number, work: () => void) => () => void
}

export interface MachineWatch {
  /** Resolves when nothing is measured any more. */
  close(): Promise<void>
}

/** The first load is that of a moment, so that a node that starts soon has one to show. */
const firstMs = 500
const everyMs = 5_000

export function watchMachine({ sensors, line, tell, after }: WatchParts): MachineWatch {
  let isClosed = false
  let cancel: (() => void) | null = null
  let before = sensors.sample()
  let measuring: Promise<unknown> = before

  async function measure(): Promise<void> {
    const sample = sensors.sample()
    const reading = readingFrom(await before, await sample, line())
    before = sample
    if (isClosed) return
    tell(reading)
    next(everyMs)
  }

  function next(ms: number): void {
    cancel = after(ms, () => {
      measuring = measure()
    })
  }

  next(firstMs)
  return {
    async close() {
      isClosed = true
      cancel?.()
      await measuring
      sensors.close()
    },
  }
}
