// What SQLite says of the agent's file, as the failures that the agent knows.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { VcpError } from '@vcp/protocol'

// Primary result codes: https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

export function failureOf(file: string, cause: unknown): VcpError {
  if (cause instanceof VcpError) return cause
  const { errcode = 0, code } = cause as { readonly errcode?: number; readonly code?: string }
  const details = { file, errcode }
  if (code === 'ENOSPC' || (errcode & 0xff) === SQLITE_FULL) {
    return new VcpError('DISK_FULL', { message: `no room for the agent's state ${file}`, cause })
  }
  switch (errcode & 0xff) {
    case SQLITE_BUSY: {
      const pid = holderOf(file)
      const who = pid === null ? 'another agent' : `another agent (process ${pid})`
      return new VcpError('DATA_FOLDER_IN_USE', {
        message: `${who} has the agent's state ${file} open`,
        details: { ...details, pid },
        cause,
      })
    }
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new VcpError('AGENT_STATE_CORRUPT', {
        message: `the agent's state ${file} is damaged`,
        details,
        cause,
      })
    default:
      return new VcpError('AGENT_STATE_FAILED', {
        message: `the agent's state ${file} cannot be read or written`,
        details,
        cause,
      })
  }
}

/** Beside the file, so that who is refused can say by whom. It locks nothing. */
export function noteHolder(file: string): void {
  writeFileSync(pidFileOf(file), `${process.pid}\n`, { mode: 0o600 })
}

export function forgetHolder(file: string): void {
  rmSync(pidFileOf(file), { force: true })
}

/** For people: who is refused was refused by the lock, whatever stands in here. */
function holderOf(file: string): number | null {
  try {
    const pid = Number(readFileSync(pidFileOf(file), 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

function pidFileOf(file: string): string {
  return `${file}.pid`
}
