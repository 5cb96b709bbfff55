// How often a submitter wants a task run, and what follows from that for both sides.
import { limits } from '../limits.ts'
import { wantsProof } from './proof-output.ts'
import type { TaskSpec } from './task.ts'

/** Copies that the submitter asked for; null where that is left to the coordinator. */
export function copiesAsked(spec: TaskSpec): number | null {
  const { verification, requirements } = spec
  const { quorum, level } = verification
  // A proof is believed or not, whoever made it.
  if (wantsProof(spec)) return 1
  const least = Math.max(
    quorum ?? 1,
    level === 'signed' || level === 'proved' ? 1 : 2,
    Math.min(requirements.min_nodes, limits.replicasMax),
  )
  return quorum === null && least === 1 ? null : least
}

/**
 * Whether nobody else runs it, by the submitter's own wish: then there is nobody from whom a result
 * would have to be kept, and its receipt needs no commitment before it. A training has no result.
 */
export function isAskedOnce(spec: TaskSpec): boolean {
  return spec.task_type !== 'federated_learning' && copiesAsked(spec) === 1
}
