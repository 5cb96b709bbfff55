import { faultsOf, VcpError } from '@vcp/protocol'
import type * as z from 'zod'
import type { Command } from './command.ts'

/** Arguments and options as the command declares them, or a usage error that names each fault. */
export function checkInput(command: Command, given: Readonly<Record<string, unknown>>): unknown {
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  )
  const result = command.input.safeParse(present, { error: (issue) => inWords(issue, present) })
  if (result.success) return result.data
  throw new VcpError('USAGE', { message: faultsOf(result.error).join('; ') })
}

/** A word where a number belongs; undefined leaves a fault to zod's own words. */
function inWords({ code, path, ...issue }: z.core.$ZodRawIssue, given: Record<string, unknown>) {
  if (code !== 'invalid_type' || !('expected' in issue) || issue.expected !== 'number') return
  const value = given[String(path?.[0])]
  return typeof value === 'string' ? `'${value}' is no number` : undefined
}
