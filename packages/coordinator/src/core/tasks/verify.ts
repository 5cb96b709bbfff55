// Compares what nodes committed to, asks those who agree to show it, and takes what they show.
import type { Digest, EvidenceLevel } from '@vcp/protocol'
import { copiesAsked, isAtLeast, limits, wantsProof } from '@vcp/protocol'
import { releaseEvenly } from '../money/decide.ts'
import { engineKey, type NodeRecord, operatorOf } from '../nodes/node-record.ts'
import type { Turn } from '../turn.ts'
import { failTask, withdrawAll } from './end.ts'
import { fill, setCopies } from './fill.ts'
import { openDispute } from './open-dispute.ts'
import { recheck } from './recheck.ts'
import {
  type Assignment,
  hasShown,
  isOpen,
  type TaskRecord,
  wasAskedToReveal,
} from './task-record.ts'

/** Looks whether a task's commitments decide anything yet. */
export function verify(turn: Turn, task: TaskRecord): void {
  if (task.spec === null || task.dispute !== null) return
  const groups = agreements(task)
  const [largest] = groups
  if (largest === undefined) return
  const committed = groups.reduce((sum, { length }) => sum + length, 0)
  if (largest.length >= task.quorum) collect(turn, task, largest)
  else if (committed >= task.copies) disagree(turn, task, groups)
}

/** Assignments with a result, grouped by what it is; the largest group first. */
function agreements({ assignments }: TaskRecord): readonly (readonly Assignment[])[] {
  const groups = new Map<Digest, Assignment[]>()
  for (const assignment of assignments) {
    const { commitment } = assignment
    if (!isOpen(assignment) || commitment === null) continue
    const group = groups.get(commitment.result_hash)
    if (group === undefined) groups.set(commitment.result_hash, [assignment])
    else group.push(assignment)
  }
  return [...groups.values()].sort((one, other) => other.length - one.length)
}

/** Asks those who agree for their receipts, and takes the result when enough have shown theirs. */
function collect(turn: Turn, task: TaskRecord, agreed: readonly Assignment[]): void {
  const shown = agreed.filter(hasShown)
  if (shown.length < task.quorum) {
    askToReveal(turn, task, agreed)
    return
  }
  if (wantsProof(task.spec!)) {
    askForProof(turn, task, shown[0]!)
    return
  }
  const own = independent(turn, task, shown)
  const level = areReplicas(task, own) ? 'replicated' : 'signed'
  if (isAtLeast(level, levelAsked(task))) {
    publish(turn, shown)
    accept(turn, task, own, level)
  } else if (own.length < shown.length && !isPublic(task)) {
    letGo(turn, task, own, shown)
    fill(turn, task)
  } else failTask(turn, task, PUBLIC_TOO_SOON)
}

/** A proof needs nobody to agree with it; checking it is not for the core to do. */
function askForProof(turn: Turn, task: TaskRecord, assignment: Assignment): void {
  if (assignment.isProofAsked) return
  assignment.isProofAsked = true
  const { peerId, epoch: leaseEpoch } = assignment
  // What it has shown is in no journal: a restart has to know that it is to be asked for.
  if (!wasAskedToReveal(assignment)) waitForReveal(turn, task, assignment)
  turn.want({ type: 'check-proof', peerId, taskId: task.taskId, leaseEpoch })
}

/** Ends what counts for nothing, through no fault of the nodes. */
function letGo(
  turn: Turn,
  { taskId }: TaskRecord,
  own: readonly Assignment[],
  shown: readonly Assignment[],
): void {
  const reason = 'another node of its operator has the task'
  for (const { peerId, epoch } of shown.filter((each) => !own.includes(each))) {
    const lease = { task_id: taskId, peer_id: peerId, lease_epoch: epoch }
    turn.emit({ type: 'assignment-ended', ...lease, state: 'withdrawn', reason })
    turn.want({ type: 'withdraw-lease', peerId, taskId, leaseEpoch: epoch, reason })
  }
}

/** Whether anybody can read a result of it. */
function isPublic({ assignments }: TaskRecord): boolean {
  return Number.isFinite(firstShownOf(assignments))
}

/** What was shown to us is shown to all: whoever commits from now on may have copied it. */
export function publish(turn: Turn, shown: readonly Assignment[]): void {
  for (const { held } of shown) {
    if (held !== null) turn.emit({ type: 'receipt-revealed', receipt: held })
  }
}

/**
 * Takes the result of who has won a dispute, from all who came to it by themselves. A submitter who
 * asked for several nodes is given them: a referee's word is not theirs to check.
 */
export function takeWinner(turn: Turn, task: TaskRecord, { commitment }: Assignment): void {
  const agreed = task.assignments.filter(
    (each) => hasShown(each) && each.commitment?.result_hash === commitment!.result_hash,
  )
  const isShort = independent(turn, task, agreed).length < task.quorum
  if (levelAsked(task) === 'replicated' && isShort && !isPublic(task)) {
    rejectOthers(turn, task, commitment!.result_hash)
    fill(turn, task)
    return
  }
  if (agreed.length === 0) {
    // After a restart it has to be shown anew, and is then taken as the only one there is.
    rejectOthers(turn, task, commitment!.result_hash)
    setCopies(turn, task, 1, 1, 'the referee has decided')
    verify(turn, task)
    return
  }
  publish(turn, agreed)
  accept(turn, task, independent(turn, task, agreed), 'refereed')
}

const PUBLIC_TOO_SOON = 'a result was public before enough nodes had committed to it'

/**
 * Those of distinct operators who committed before anybody could see this result: any other may
 * have copied it, and is not paid. A node may have come to another operator since it was asked.
 */
function independent(
  { state }: Turn,
  { assignments }: TaskRecord,
  agreed: readonly Assignment[],
): readonly Assignment[] {
  const result = agreed[0]?.commitment?.result_hash
  const firstShown = firstShownOf(
    assignments.filter(({ commitment }) => commitment?.result_hash === result),
  )
  const operators = new Set<string>()
  return agreed.filter(({ peerId, operator, committedIndex }) => {
    const node = state.nodes.get(peerId)
    const now = node === undefined ? operator : operatorOf(node)
    if (committedIndex! >= firstShown || operators.has(now)) return false
    operators.add(now)
    return true
  })
}

/** Whether enough of them committed before any result of the task was public, whatever it was. */
function areReplicas({ quorum, assignments }: TaskRecord, own: readonly Assignment[]): boolean {
  const firstShown = firstShownOf(assignments)
  const isBefore = own.every(({ committedIndex }) => committedIndex! < firstShown)
  return quorum > 1 && own.length >= quorum && isBefore
}

function firstShownOf(assignments: readonly Assignment[]): number {
  const shown = assignments.map(({ revealedIndex }) => revealedIndex ?? Number.POSITIVE_INFINITY)
  return Math.min(...shown)
}

/** What replication can show of it: a task that wants a proof is checked by its proof. */
function levelAsked({ spec }: TaskRecord): EvidenceLevel {
  const level = spec?.verification.level ?? 'signed'
  return level === 'proved' ? 'signed' : level === 'refereed' ? 'replicated' : level
}

export function askToReveal(turn: Turn, task: TaskRecord, all: readonly Assignment[]): void {
  for (const assignment of all) {
    const { peerId, epoch, state } = assignment
    if (state !== 'committed' || wasAskedToReveal(assignment)) continue
    waitForReveal(turn, task, assignment)
    turn.want({ type: 'ask-to-reveal', peerId, taskId: task.taskId, leaseEpoch: epoch })
  }
}

function waitForReveal(turn: Turn, { taskId, spec }: TaskRecord, assignment: Assignment): void {
  const lease = { task_id: taskId, peer_id: assignment.peerId, lease_epoch: assignment.epoch }
  const untilMs = turn.atMs + spec!.timeouts.deliver_seconds * 1_000
  turn.emit({ type: 'lease-renewed', ...lease, lease_ends_at_ms: untilMs })
}

/** Nobody agrees with enough others: the traces decide where there are any, else one more copy. */
function disagree(turn: Turn, task: TaskRecord, groups: readonly (readonly Assignment[])[]): void {
  if (task.copies >= limits.replicasMax) {
    failTask(turn, task, `${task.copies} nodes came to ${groups.length} different results`)
    return
  }
  if (openDispute(turn, task, groups)) return
  const quorum = Math.max(task.quorum, 2)
  setCopies(turn, task, task.copies + 1, quorum, 'the results so far disagree')
  fill(turn, task)
}

/** Takes the result that these assignments have shown; everything else of the task ends. */
export function accept(
  turn: Turn,
  task: TaskRecord,
  winners: readonly Assignment[],
  level: EvidenceLevel,
): void {
  if (winners.length === 0) {
    failTask(turn, task, PUBLIC_TOO_SOON)
    return
  }
  const { receipt } = winners[0]!
  const agreed = winners[0]!.commitment!.result_hash
  const paid: NodeRecord[] = []
  const { output } = receipt!
  const provisional = level === 'signed' && task.spec !== null && copiesAsked(task.spec) === null
  rejectOthers(turn, task, agreed)
  const engine = engineKey(receipt!.engine)
  for (const { peerId, epoch } of winners) {
    const lease = { task_id: task.taskId, peer_id: peerId, lease_epoch: epoch }
    const node = turn.state.nodes.get(peerId)
    if (node !== undefined) paid.push(node)
    turn.emit({ type: 'receipt-validated', ...lease, level })
    if (level !== 'signed') judge(turn, task, node, engine, true)
  }
  withdrawAll(turn, task, 'the result is there')
  if (paid.length > 0) releaseEvenly(turn, task, paid)
  turn.emit({ type: 'task-completed', task_id: task.taskId, level, output, provisional })
}

function rejectOthers(turn: Turn, task: TaskRecord, agreed: Digest): void {
  for (const each of task.assignments) {
    if (!isOpen(each) || each.commitment === null) continue
    if (each.commitment.result_hash === agreed) continue
    reject(turn, task, each, 'others agree on another result')
  }
}

export function reject(
  turn: Turn,
  task: TaskRecord,
  { peerId, epoch, receipt }: Assignment,
  reason: string,
): void {
  const node = turn.state.nodes.get(peerId)
  const lease = { task_id: task.taskId, peer_id: peerId, lease_epoch: epoch }
  turn.emit({ type: 'receipt-rejected', ...lease, reason })
  turn.want({ type: 'withdraw-lease', peerId, taskId: task.taskId, leaseEpoch: epoch, reason })
  const engine = receipt?.engine ?? node?.registration.capabilities.engines[task.type]
  if (engine !== undefined) judge(turn, task, node, engineKey(engine), false)
}

/** A node compared with others has been audited: what it did alone stands or falls with it. */
function judge(
  turn: Turn,
  { taskId }: TaskRecord,
  node: NodeRecord | undefined,
  engine: string,
  passed: boolean,
): void {
  if (node === undefined || (node.unaudited.get(engine)?.size ?? 0) === 0) return
  const again = passed ? [] : (node.recheckable.get(engine) ?? [])
  turn.emit({ type: 'node-audited', peer_id: node.peerId, task_id: taskId, engine, passed })
  for (const checked of again) recheck(turn, checked)
}
