// What the clock brings: silence, leases that ran out, searches and rounds that took too long.
import { copiesAsked, pass, type TaskSpec } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { setStatus } from './nodes/decide.ts'
import { statusAfter, watchSilence } from './nodes/liveness.ts'
import { endRest } from './nodes/rest.ts'
import { closeRound } from './rounds/close.ts'
import { openRoundIfReady } from './rounds/open.ts'
import { watchAnswers } from './tasks/apply-disputes.ts'
import { openAssignments } from './tasks/apply-tasks.ts'
import { chooseReferee } from './tasks/disputes.ts'
import { failTask } from './tasks/end.ts'
import { fill, setCopies } from './tasks/fill.ts'
import { lose } from './tasks/lose.ts'
import { askForTraces, unanswered } from './tasks/open-dispute.ts'
import { assignmentOf, type Dispute, isOpen, type TaskRecord } from './tasks/task-record.ts'
import { verify } from './tasks/verify.ts'
import type { Timer } from './timers.ts'
import type { Turn } from './turn.ts'

/** Timers for one input, so that a long sleep does not become one long decision. */
const TIMERS_MAX = 256

export const timePassed: Decider<'time-passed'> = (turn) => {
  const { timers } = turn.state
  for (let taken = 0; taken < TIMERS_MAX; taken++) {
    const timer = timers.takeDue(turn.atMs)
    if (timer === null) break
    const waking = wakings[timer.kind] as (turn: Turn, timer: Timer) => void
    waking(turn, timer)
  }
  return pass(null)
}

type TimerOf<Kind extends Timer['kind']> = Extract<Timer, { kind: Kind }>

/** What each kind of timer has looked at; a kind without one does not compile. */
const wakings: { readonly [Kind in Timer['kind']]: (turn: Turn, timer: TimerOf<Kind>) => void } = {
  match(turn, { taskId }) {
    const task = turn.state.tasks.get(taskId)
    if (task !== undefined) stillShort(turn, task)
  },
  lease(turn, { taskId, leaseEpoch, isRespite = false }) {
    const task = turn.state.tasks.get(taskId)
    if (task !== undefined) leaseOver(turn, task, leaseEpoch, isRespite)
  },
  trace(turn, { taskId, level }) {
    const task = turn.state.tasks.get(taskId)
    if (task?.dispute?.level === level) stillUnanswered(turn, task, task.dispute)
  },
  referee(turn, { taskId }) {
    const task = turn.state.tasks.get(taskId)
    const isLate = task?.dispute?.referee != null && task.dispute.refereeUntilMs <= turn.atMs
    if (isLate) chooseReferee(turn, task)
  },
  liveness: silent,
  rest(turn, { peerId }) {
    const node = turn.state.nodes.get(peerId)
    if (node?.restsUntilMs != null && node.restsUntilMs <= turn.atMs) endRest(turn.state, node)
  },
  round(turn, { roundId }) {
    const record = turn.state.rounds.get(roundId)
    if (record?.round.state === 'open') closeRound(turn, record)
  },
}

function silent(turn: Turn, { peerId }: TimerOf<'liveness'>): void {
  const node = turn.state.nodes.get(peerId)
  if (node === undefined) return
  node.isWatched = false
  const status = statusAfter(turn.atMs - node.lastSeenMs, turn.state.settings.heartbeatMs)
  if (status !== 'online') setStatus(turn, node, status, node.mode)
  watchSilence(turn.state, node, turn.atMs)
}

/**
 * On a machine where nothing gets its turn it may be we who were late: then what the node has said
 * meanwhile lies unread behind this, and gets its chance first.
 */
function leaseOver(turn: Turn, task: TaskRecord, epoch: number, isRespite: boolean): void {
  const assignment = task.assignments.find((each) => each.epoch === epoch)
  if (assignment === undefined || !isOpen(assignment)) return
  if (assignment.leaseEndsAtMs > turn.atMs) return
  // It has done its part, and waits for the others.
  if (assignment.held !== null) return
  const { leaseMs } = turn.state.settings
  if (!isRespite && turn.atMs - assignment.leaseEndsAtMs > leaseMs / 10) {
    const { taskId } = task
    const respite = { kind: 'lease', taskId, leaseEpoch: epoch, isRespite: true } as const
    turn.state.timers.set(turn.atMs + leaseMs / 3, respite)
    return
  }
  lose(turn, task, assignment, reasons[assignment.state as keyof typeof reasons])
}

/** Parties to a dispute are asked again until their time is over; then it goes on without one. */
function stillUnanswered(turn: Turn, task: TaskRecord, dispute: Dispute): void {
  const [silent] = unanswered(dispute)
  if (silent === undefined) return
  if (dispute.answerUntilMs > turn.atMs) {
    askForTraces(turn, task)
    watchAnswers(turn.state, task.taskId, dispute, turn.atMs)
  } else lose(turn, task, assignmentOf(task, silent)!, 'did not say what its trace is')
}

const reasons = {
  offered: 'did not answer the offer',
  accepted: 'was not heard of',
  running: 'was not heard of',
  committed: 'did not show its result in time',
  revealed: 'was not heard of',
} as const

/** A task that is short of nodes is tried once more, until its time to find them is over. */
function stillShort(turn: Turn, task: TaskRecord): void {
  const { spec, matchUntilMs, dispute } = task
  const missing = task.copies - openAssignments(task).length
  if (spec === null || dispute !== null || missing <= 0) return
  fill(turn, task)
  const isLate = matchUntilMs !== null && matchUntilMs <= turn.atMs
  if (!isLate || openAssignments(task).length >= task.copies || task.spec === null) return
  if (task.type === 'federated_learning') openRoundIfReady(turn, task)
  else giveUpOrMakeDo(turn, task, spec)
}

/** One result is enough where it was ours to ask for two. */
function giveUpOrMakeDo(turn: Turn, task: TaskRecord, spec: TaskSpec): void {
  const hasResult = task.assignments.some((each) => isOpen(each) && each.commitment !== null)
  if (copiesAsked(spec) === null && task.copies === 2 && hasResult) {
    setCopies(turn, task, 1, 1, 'no second node was found')
    verify(turn, task)
    return
  }
  const missing = task.copies - openAssignments(task).length
  const of = task.copies === 1 ? '' : ` for ${missing} of ${task.copies} copies`
  failTask(turn, task, `no node was found in time${of}`)
}
