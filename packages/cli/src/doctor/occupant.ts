// Who listens on a port, as Linux tells under /proc.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface Occupant {
  readonly pid: number
  readonly name: string
  /** Whether it is `vcp node ...`. */
  readonly isNode: boolean
}

/** The process that listens on a TCP port; null where it is hidden from this user. */
export function occupantOf(port: number): Occupant | null {
  const sockets = new Set(['tcp', 'tcp6'].flatMap((table) => listening(table, port)))
  if (sockets.size === 0) return null
  for (const pid of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = entries(`/proc/${pid}/fd`).some((fd) =>
      sockets.has(link(`/proc/${pid}/fd/${fd}`)),
    )
    if (holds) return describe(Number(pid))
  }
  return null
}

/** The sockets, as descriptors name them: `socket:[12345]`. */
function listening(table: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const listenState = '0A'
  return text(`/proc/net/${table}`)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(wanted) && state === listenState)
    .map((columns) => `socket:[${columns[9]}]`)
}

function describe(pid: number): Occupant {
  const words = text(`/proc/${pid}/cmdline`).split('\0')
  const at = words.findIndex((word) => /(^|\/)vcp(\.js)?$/.test(word))
  const name = text(`/proc/${pid}/comm`).trim() || 'a program without a name'
  return { pid, name, isNode: at >= 0 && words[at + 1] === 'node' }
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // another user's process, or one that has just ended
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
