// A dispute, from the first question to the referee's word. Both parties are asked the same; what
// one has answered is kept until the other has, and is asked anew after a restart.
import { areBelow, type PeerId, pass, refuse, traceLeafHash } from '@vcp/protocol'
import type { Decider } from '../decide.ts'
import { operatorOf } from '../nodes/node-record.ts'
import type { Turn } from '../turn.ts'
import { demandOfTask } from './demand.ts'
import { narrow } from './dispute-narrowing.ts'
import { fill, setCopies } from './fill.ts'
import { askForTraces } from './open-dispute.ts'
import { holdOf } from './reports.ts'
import {
  type Assignment,
  assignmentOf,
  type Dispute,
  isLive,
  isOpen,
  type TaskRecord,
} from './task-record.ts'
import { takeWinner, verify } from './verify.ts'

export const disputeDeciders = {
  'trace-answered': ((turn, { peerId, taskId, leaseEpoch, level, index, below }) => {
    const held = holdOf(turn, taskId, peerId, leaseEpoch, ['committed', 'revealed'])
    if (!held.ok) return held
    const { task } = held.value
    const { dispute } = task
    const side = dispute === null ? null : sideOf(dispute, peerId)
    if (dispute === null || side === null) return refuse('CONFLICT', 'nobody asked')
    if (dispute.level !== level || dispute.index !== index || level === 0) return pass(null)
    if (!areBelow(below, dispute.hashes[side])) {
      settle(turn, task, side === 'one' ? 'other' : 'one')
      return refuse('PROOF_INVALID', 'the hashes are not those below the one committed to')
    }
    dispute.answers[side] = below
    const { one, other } = dispute.answers
    if (one === null || other === null) return pass(null)
    const next = narrow(index, one, other)
    turn.emit({
      type: 'dispute-narrowed',
      task_id: taskId,
      level: level - 1,
      index: next.index,
      one_hash: next.one,
      other_hash: next.other,
    })
    if (level > 1) askForTraces(turn, task)
    else chooseReferee(turn, task)
    return pass(null)
  }) satisfies Decider<'trace-answered'>,

  'rerun-answered': ((turn, { peerId, taskId, checkpoint, leaf }) => {
    const task = turn.state.tasks.get(taskId)
    const dispute = task?.dispute
    if (task === undefined || dispute?.referee !== peerId || dispute.index !== checkpoint) {
      return refuse('CONFLICT', 'the node is not the referee of this dispute')
    }
    const hash = traceLeafHash(leaf)
    const winning = (['one', 'other'] as const).find((side) => hash === dispute.hashes[side])
    if (winning === undefined) drop(turn, task, 'the referee agrees with neither')
    else if (isOutvoted(task, dispute, winning)) drop(turn, task, 'the referee is outvoted')
    else settle(turn, task, winning)
    return pass(null)
  }) satisfies Decider<'rerun-answered'>,
}

/** A referee may lie too: its word alone does not stand against more nodes than are for it. */
function isOutvoted(task: TaskRecord, dispute: Dispute, winning: 'one' | 'other'): boolean {
  const votes = (peerId: PeerId) => {
    const result = assignmentOf(task, peerId)!.commitment!.result_hash
    const agrees = (each: Assignment) => isOpen(each) && each.commitment?.result_hash === result
    return task.assignments.filter(agrees).length
  }
  return votes(dispute[winning]) < votes(dispute[winning === 'one' ? 'other' : 'one'])
}

function sideOf({ one, other }: Dispute, peerId: PeerId): 'one' | 'other' | null {
  if (peerId === one) return 'one'
  return peerId === other ? 'other' : null
}

/** A node of neither party's operator runs the task to the leaf in which the traces part. */
export function chooseReferee(turn: Turn, task: TaskRecord): void {
  if (!isLive(task)) return
  const { dispute, spec } = task
  const operators = [dispute!.one, dispute!.other].flatMap((party) => {
    const node = turn.state.nodes.get(party)
    const then = assignmentOf(task, party)!.operator
    return node === undefined ? [then] : [then, operatorOf(node)]
  })
  const { demand, key } = demandOfTask(turn.state, task)
  const referee = turn.state.matcher.pick(
    key,
    demand,
    (node) => !operators.includes(operatorOf(node)) && node.peerId !== dispute!.referee,
    turn.draw,
  )
  if (referee === null) {
    drop(turn, task, 'there is no node that could referee')
    return
  }
  const { peerId } = referee
  const checkpoint = dispute!.index
  const seconds = spec.requirements.max_execution_seconds + spec.timeouts.deliver_seconds
  const untilMs = turn.atMs + seconds * 1_000
  const chosen = { task_id: task.taskId, peer_id: peerId, checkpoint, until_ms: untilMs }
  turn.emit({ type: 'referee-chosen', ...chosen })
  turn.want({ type: 'ask-for-rerun', peerId, taskId: task.taskId, checkpoint })
}

function settle(turn: Turn, task: TaskRecord, winning: 'one' | 'other'): void {
  const dispute = task.dispute!
  const winner = dispute[winning]
  const loser = winning === 'one' ? dispute.other : dispute.one
  const checkpoint = dispute.index * 2 ** dispute.level
  turn.emit({ type: 'dispute-settled', task_id: task.taskId, winner, loser, checkpoint })
  takeWinner(turn, task, assignmentOf(task, winner)!)
}

/** Undecided: one more node has to run it. */
export function drop(turn: Turn, task: TaskRecord, reason: string): void {
  turn.emit({ type: 'dispute-dropped', task_id: task.taskId, reason })
  const { copies, quorum } = task
  setCopies(turn, task, copies + 1, Math.max(quorum, 2), reason)
  fill(turn, task)
  verify(turn, task)
}
