// How much memory a process holds, by the kernel. Read through one open descriptor: it belongs to
// the process and not to its number, so it never tells of another that got the number later.
import { closeSync, openSync, readSync } from 'node:fs'

export interface ResidentMemory {
  readonly nowBytes: number
  /** The most it ever held; not only at the moments when somebody looked. */
  readonly peakBytes: number
}

export interface MemoryGauge {
  /** Null once the process is gone. */
  read(): ResidentMemory | null
  close(): void
}

/** Null where this system does not tell. */
export function openMemoryGauge(pid: number): MemoryGauge | null {
  let descriptor: number | null
  try {
    descriptor = openSync(`/proc/${pid}/status`, 'r')
  } catch {
    return null
  }
  return {
    read() {
      if (descriptor === null) return null
      try {
        const bytes = readSync(descriptor, page, 0, page.length, 0)
        return parseStatus(page.toString('latin1', 0, bytes))
      } catch {
        return null
      }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor)
      descriptor = null
    },
  }
}

export function parseStatus(text: string): ResidentMemory | null {
  const now = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1]
  if (now === undefined || peak === undefined) return null
  return { nowBytes: Number(now) * 1_024, peakBytes: Number(peak) * 1_024 }
}

const page = Buffer.alloc(4_096)
