import { fileURLToPath } from 'node:url'
import type { Host } from '../host.ts'
import { type Listener, runProgram } from '../programs/run-program.ts'

const program = '@vcp/coordinator/main'

/** A coordinator, until it has stopped as it was asked to; fails with what it failed with. */
export function runCoordinator(
  argv: readonly string[],
  host: Pick<Host, 'env' | 'signal'>,
  listener: Listener,
): Promise<void> {
  const file = fileURLToPath(import.meta.resolve(program))
  return runProgram({ name: 'the coordinator', file, argv, listener }, host)
}
