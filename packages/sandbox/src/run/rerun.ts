import type { Digest } from '@vcp/protocol'
import { type CheckpointState, checkpointLeaf } from './checkpoint.ts'
import { execute } from './execute.ts'
import type { RunHooks } from './machine.ts'
import type { Program } from './program.ts'
import type { RunRequest } from './request.ts'

export interface RerunLeaf {
  readonly leaf: Digest
  readonly state: CheckpointState
}

/**
 * Runs a request anew, up to the checkpoint `index` of its trace, and takes the state there. Of the
 * first run it uses nothing, nor of its own earlier checkpoints: a leaf is of one state alone, so
 * they need not be taken. Past the end of the run stands its final state, as in the trace. Null
 * where a run has no checkpoints. Throws a `HostFault` where this machine could not get there.
 */
export function rerunTo(
  program: Program,
  request: RunRequest,
  index: number,
  hooks: RunHooks = {},
): RerunLeaf | null {
  const taken: CheckpointState[] = []
  execute(program, request, hooks, (reached) => {
    if (reached.index !== index && !reached.isFinal) return 'continue'
    taken.push(reached.capture())
    return 'stop'
  })
  const state = taken[0]
  return state === undefined ? null : { leaf: checkpointLeaf(state), state }
}
