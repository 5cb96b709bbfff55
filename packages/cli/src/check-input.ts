import { faultsOf, VcpError } from '@vcp/protocol'
import type { Command } from './command.ts'

/** Arguments and options as the command declares them, or a usage error that names each fault. */
export function checkInput(command: Command, given: Readonly<Record<string, unknown>>): unknown {
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  )
  const result = command.input.safeParse(present)
  if (result.success) return result.data
  throw new VcpError('USAGE', { message: faultsOf(result.error).join('; ') })
}
