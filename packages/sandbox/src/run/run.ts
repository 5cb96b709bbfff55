import type { Digest } from '@vcp/protocol'
import { HostFault } from '../host-fault.ts'
import { checkpointLeaf } from './checkpoint.ts'
import { execute } from './execute.ts'
import type { RunHooks } from './machine.ts'
import type { Program } from './program.ts'
import type { RunRequest, RunResult } from './request.ts'
import { createTrace } from './trace.ts'

/**
 * Runs a request in this thread until it ends, which only its gas bounds: deadlines and memory are
 * the business of whoever owns the thread. Never throws for what a guest does.
 */
export function run(program: Program, request: RunRequest, hooks: RunHooks = {}): RunResult {
  const checkpoints: Digest[] = []
  try {
    const execution = execute(program, request, hooks, ({ capture }) => {
      checkpoints.push(checkpointLeaf(capture(), hooks.sha256))
      return 'continue'
    })
    if (execution === null) throw new HostFault('internal', 'a run stopped that nobody stopped')
    const traceRoot = checkpoints.length === 0 ? null : createTrace(checkpoints, hooks.sha256).root
    return { kind: 'attestable', ...execution, checkpoints, traceRoot }
  } catch (error) {
    const fault = error instanceof HostFault ? error : new HostFault('internal', error)
    return { kind: 'infrastructure', fault: fault.kind, detail: fault.message }
  }
}
