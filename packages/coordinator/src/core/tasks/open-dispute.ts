import type { Digest, PeerId } from '@vcp/protocol'
import type { Turn } from '../turn.ts'
import { type Assignment, type Dispute, hasShown, type TaskRecord } from './task-record.ts'
import { askToReveal } from './verify.ts'

/** Types of task whose runs leave traces that a referee can make again. */
const traced: ReadonlySet<TaskRecord['type']> = new Set(['wasm_execution', 'computation'])

/**
 * Puts two results against each other, once both have been shown to us; to others neither is shown,
 * or the right one could be copied before enough nodes have come to it. False where traces cannot
 * decide between them.
 */
export function openDispute(
  turn: Turn,
  task: TaskRecord,
  groups: readonly (readonly Assignment[])[],
): boolean {
  const [one, other] = groups.map(([first]) => first)
  if (!traced.has(task.type) || one === undefined || other === undefined) return false
  if (!hasShown(one) || !hasShown(other)) {
    askToReveal(turn, task, [one, other])
    return true
  }
  const [oneRoot, otherRoot] = [traceRootOf(one), traceRootOf(other)]
  if (oneRoot === null || otherRoot === null || oneRoot === otherRoot) return false
  turn.emit({
    type: 'dispute-opened',
    task_id: task.taskId,
    one: one.peerId,
    other: other.peerId,
    one_root: oneRoot,
    other_root: otherRoot,
  })
  askForTraces(turn, task)
  return true
}

function traceRootOf({ receipt, held }: Assignment): Digest | null {
  return (receipt ?? held?.payload)?.trace_root ?? null
}

/** Asks whoever owes an answer for the two hashes below the place the dispute has come to. */
export function askForTraces(turn: Turn, task: TaskRecord): void {
  const { level, index } = task.dispute!
  for (const peerId of unanswered(task.dispute!)) {
    const leaseEpoch = task.assignments.findLast((each) => each.peerId === peerId)!.epoch
    const { taskId } = task
    turn.want({ type: 'ask-for-trace', peerId, taskId, leaseEpoch, level, index })
  }
}

/** Parties from whom an answer is owed; none once the matter is with a referee. */
export function unanswered({ one, other, answers, level }: Dispute): readonly PeerId[] {
  if (level === 0) return []
  const owing: PeerId[] = []
  if (answers.one === null) owing.push(one)
  if (answers.other === null) owing.push(other)
  return owing
}
