import { fileURLToPath } from 'node:url'
import type { Host } from '../host.ts'
import { type Listener, runProgram } from '../programs/run-program.ts'

const program = '@vcp/coordinator/main'

/**
 * Half as many collections of what is young: all that waits for the disk would be copied about by
 * each. It measures a tenth of a submit (`bench/submits.ts` of the coordinator, which runs with the
 * same). A node does not have so much under way, and stays small.
 */
const nodeFlags = ['--max-semi-space-size=64']

/** A coordinator, until it has stopped as it was asked to; fails with what it failed with. */
export function runCoordinator(
  argv: readonly string[],
  host: Pick<Host, 'env' | 'signal'>,
  listener: Listener,
): Promise<void> {
  const file = fileURLToPath(import.meta.resolve(program))
  return runProgram({ name: 'the coordinator', file, argv, nodeFlags, listener }, host)
}
