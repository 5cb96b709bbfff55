// What nodes report. The answer is the core's, and comes when it is on disk; a node that hears
// nothing sends again. A receipt reaches the core only when the output that it names is here, and
// is answered only when it is in the log: one that is held until others have shown theirs is in
// memory alone, and a node that was told that we have it would keep it no longer.
import {
  checkReport,
  type Envelope,
  type Outcome,
  type PeerId,
  pass,
  type Report,
  type ReportAnswer,
  refuse,
  type TaskId,
  type VerifySignature,
} from '@vcp/protocol'
import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import { assignmentOf, hasShown, isLive, isOpen, mayShow } from '../core/tasks/task-record.ts'
import type { Clock } from '../journal/clock.ts'
import type { Outputs } from './outputs.ts'
import type { Post } from './post.ts'
import type { Updates } from './updates.ts'

export interface ReportParts {
  readonly state: State
  readonly outputs: Pick<Outputs, 'take'>
  readonly updates: Updates
  readonly post: Pick<Post, 'offerAnswered'>
  readonly verify: VerifySignature
  readonly clock: Pick<Clock, 'after'>
  tell(input: Input): Promise<Outcome<null>>
}

/** So long a receipt waits to be in the log before its node is asked to say it again. */
const heldMsMax = 1_000

export type TakeReport = (report: Report, from: PeerId) => Promise<Outcome<ReportAnswer>>

export function createTakeReport(parts: ReportParts): TakeReport {
  const { state, outputs, updates, post, verify, clock, tell } = parts
  /** Told of the next report of a task: it may be that which a receipt waits for. */
  const waiting = new Map<TaskId, PromiseWithResolvers<void>>()

  /** Whether the core would take the receipt: nothing is fetched for one that it would not. */
  function isAwaited({ peer_id, payload }: Envelope<'receipt'>): boolean {
    const task = state.tasks.get(payload.task_id)
    const assignment = task === undefined ? undefined : assignmentOf(task, peer_id)
    if (assignment?.epoch !== payload.lease_epoch) return false
    return mayShow(task!, assignment) && !hasShown(assignment)
  }

  /** An update comes with what is wrong with its numbers, which the core does not look at. */
  async function withObjection(input: Input): Promise<Outcome<Input>> {
    if (input.type !== 'update-received') return pass(input)
    const taken = await updates.take(input.peerId, input.update)
    return taken.ok ? pass({ ...input, objection: taken.value }) : taken
  }

  function isHeld({ peer_id, payload }: Envelope<'receipt'>): boolean {
    const task = state.tasks.get(payload.task_id)
    const assignment = task === undefined ? undefined : assignmentOf(task, peer_id)
    if (task === undefined || assignment?.epoch !== payload.lease_epoch) return false
    return isLive(task) && isOpen(assignment) && assignment.held !== null
  }

  function nextReportOf(taskId: TaskId): Promise<void> {
    const news = waiting.get(taskId) ?? Promise.withResolvers<void>()
    waiting.set(taskId, news)
    const cancel = clock.after(heldMsMax, () => heardOf(taskId))
    return news.promise.then(cancel)
  }

  function heardOf(taskId: TaskId): void {
    waiting.get(taskId)?.resolve()
    waiting.delete(taskId)
  }

  async function inLog(envelope: Envelope<'receipt'>): Promise<Outcome<ReportAnswer>> {
    const { task_id: taskId } = envelope.payload
    const isDisputed = state.tasks.get(taskId)?.dispute != null
    if (isHeld(envelope) && !isDisputed) await nextReportOf(taskId)
    if (!isHeld(envelope)) return pass({ kept: true })
    return refuse('REQUEST_TIMEOUT', 'it is not in the log before others have shown theirs')
  }

  return async (report, from) => {
    // The only refusal that tells a node to register again.
    if (!state.nodes.has(from)) return refuse('NOT_FOUND', `the node ${from} is not registered`)
    const checked = checkReport(from, report, verify)
    if (!checked.ok) return checked
    await post.offerAnswered(from, taskOf(report))
    if (report.report === 'signed' && report.envelope.type === 'receipt') {
      const { envelope, output } = report
      const taken = isAwaited(envelope)
        ? await outputs.take(from, envelope.payload, output)
        : pass(null)
      if (!taken.ok) return taken
    }
    const input = await withObjection(inputOf(report, from))
    if (!input.ok) return input
    const told = await tell(input.value)
    heardOf(taskOf(report))
    if (!told.ok) return told
    const isReceipt = report.report === 'signed' && report.envelope.type === 'receipt'
    return isReceipt ? inLog(report.envelope as Envelope<'receipt'>) : pass({ kept: true })
  }
}

function taskOf(report: Report): TaskId {
  return report.report === 'signed' ? report.envelope.payload.task_id : report.task_id
}

function inputOf(report: Report, peerId: PeerId): Input {
  switch (report.report) {
    case 'signed':
      return signedInput(report.envelope, peerId)
    case 'run-failed': {
      const { task_id: taskId, lease_epoch: leaseEpoch, reason, code } = report
      return { type: 'run-failed', peerId, taskId, leaseEpoch, reason, code }
    }
    case 'rerun': {
      const { task_id: taskId, checkpoint, leaf } = report
      return { type: 'rerun-answered', peerId, taskId, checkpoint, leaf }
    }
  }
}

function signedInput(
  envelope: (Report & { readonly report: 'signed' })['envelope'],
  peerId: PeerId,
): Input {
  switch (envelope.type) {
    case 'progress':
      return { type: 'progress-reported', peerId, progress: envelope.payload }
    case 'commitment':
      return { type: 'commitment-received', peerId, commitment: envelope.payload }
    case 'receipt':
      return { type: 'receipt-received', receipt: envelope }
    case 'update':
      return { type: 'update-received', peerId, update: envelope.payload, objection: null }
  }
}
