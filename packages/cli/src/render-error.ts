// The one place where a failure becomes words, and an exit code.
import { inspect } from 'node:util'
import { type ErrorCode, VcpError } from '@vcp/protocol'
import { CommanderError } from 'commander'
import type { Host } from './host.ts'
import { styleFor } from './style.ts'

/** Says on stderr what happened, why, and what to do; returns the exit code. */
export function renderError(
  thrown: unknown,
  host: Host,
  { json, debug }: { readonly json: boolean; readonly debug: boolean },
): number {
  const error = explain(thrown)
  if (json) {
    const { code, message, hint, details } = error
    host.err(
      `${JSON.stringify({ error: code, message, hint, exit_code: error.exitCode, details })}\n`,
    )
  } else {
    const style = styleFor(host.terminal.hasColour, host.terminal.columns)
    const cause = causeOf(error)
    host.err(`${style.bad('error')} ${error.message} ${style.quiet(`[${error.code}]`)}\n`)
    if (cause !== null) host.err(`  ${style.quiet('because')}  ${cause}\n`)
    host.err(`  ${style.quiet('do this')}  ${error.hint}\n`)
  }
  if (debug) host.err(`${inspect(thrown)}\n`)
  return error.exitCode
}

function explain(thrown: unknown): VcpError {
  if (thrown instanceof VcpError) return thrown
  if (thrown instanceof CommanderError) {
    return new VcpError('USAGE', {
      message: thrown.message.replace(/^error: /, '').replace('\n', ' '),
    })
  }
  const code = systemCode(thrown)
  if (code !== null) {
    return new VcpError(code, { message: (thrown as Error).message, cause: thrown })
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new VcpError('INTERNAL', { message: `unexpected: ${message}`, cause: thrown })
}

/** Failures of the machine that any command can meet, wherever it writes. */
function systemCode(thrown: unknown): ErrorCode | null {
  switch ((thrown as NodeJS.ErrnoException | null)?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'DISK_FULL'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'DATA_FOLDER_UNUSABLE'
    default:
      return null
  }
}

function causeOf({ cause, message }: VcpError): string | null {
  if (!(cause instanceof Error) || cause.message === message) return null
  return cause.message
}
