// What the children of this process have used. Linux tells it; elsewhere there is nothing to ask.
import { existsSync, readFileSync } from 'node:fs'

export interface Usage {
  readonly cpuMs: number
  /** The most memory that one of them has had at once. */
  readonly peakMb: number
}

/** Null where the system does not say. */
export function childUsage(): Usage | null {
  const list = `/proc/${process.pid}/task/${process.pid}/children`
  if (!existsSync(list)) return null
  const children = readFileSync(list, 'utf8').split(' ').filter(Boolean)
  const used = children.map(usageOf)
  return {
    cpuMs: used.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    peakMb: Math.max(0, ...used.map(({ peakMb }) => peakMb)),
  }
}

/** A tick is 10 ms on every Linux that Node runs on. */
const tickMs = 10

function usageOf(child: string): Usage {
  // The name, in brackets, may hold spaces; the fourteenth and fifteenth fields are times.
  const fields = readFileSync(`/proc/${child}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))
  const ticks = Number(fields[11]) + Number(fields[12])
  return { cpuMs: tickMs * ticks, peakMb: Math.round(Number(peak?.[1] ?? 0) / 1_024) }
}
