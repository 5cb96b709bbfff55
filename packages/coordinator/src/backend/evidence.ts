// Gathers what shows a result to be right: receipts and commitments with their places in the log,
// the owners' signatures, and a signed head that covers all of it.
import {
  type Evidence,
  type LedgerEntry,
  type Outcome,
  type PeerId,
  pass,
  refuse,
  type SignedNodeBinding,
} from '@vcp/protocol'
import type { Assignment, TaskRecord } from '../core/tasks/task-record.ts'
import type { Log } from '../log/log.ts'

export interface EvidenceParts {
  readonly log: Log
  /** An entry that is at hand, without asking the log; null where it is not. */
  recent(index: number): LedgerEntry | null
  bindingOf(peerId: PeerId): Promise<SignedNodeBinding | null>
}

type LoggedReceipt = Evidence['receipts'][number]
type Logged = LoggedReceipt['revealed']

export async function gatherEvidence(
  task: TaskRecord,
  parts: EvidenceParts,
): Promise<Outcome<Evidence>> {
  const { level } = task
  const validated = task.assignments.filter(({ state }) => state === 'validated')
  const newest = Math.max(...validated.map(({ revealedIndex }) => revealedIndex ?? -1))
  if (level === null || newest < 0) {
    return refuse('CONFLICT', `the task is ${task.state}: there is no accepted result`)
  }
  const head = await headOver(newest, parts)
  if (!head.ok) return head
  const receipts: LoggedReceipt[] = []
  for (const each of validated) {
    // What a node alone had committed to is compared with nothing.
    const shown = validated.length === 1 ? { ...each, committedIndex: null } : each
    const receipt = await loggedReceipt(shown, head.value.size, parts)
    if (receipt === null) continue
    if (!receipt.ok) return receipt
    receipts.push(receipt.value)
  }
  return pass({ task_id: task.taskId, level, receipts, checkpoint: head.value.note })
}

interface Head {
  readonly note: string
  readonly size: number
}

async function headOver(index: number, { log }: EvidenceParts): Promise<Outcome<Head>> {
  const note = await log.checkpointOver(index)
  if (note === null) return refuse('OVERLOADED', 'no signed head covers the result yet')
  // The second line of a checkpoint is the size (C2SP tlog-checkpoint).
  return pass({ note, size: Number(note.split('\n')[1]) })
}

async function loggedReceipt(
  { peerId, revealedIndex, committedIndex }: Assignment,
  size: number,
  parts: EvidenceParts,
): Promise<Outcome<LoggedReceipt> | null> {
  if (revealedIndex === null) return null
  const revealed = await logged(revealedIndex, size, parts)
  if (!revealed.ok) return revealed
  const committed = committedIndex === null ? pass(null) : await logged(committedIndex, size, parts)
  if (!committed.ok) return committed
  const { event } = revealed.value.entry
  if (event.type !== 'receipt-revealed') {
    return refuse('INTERNAL', `entry ${revealedIndex} is not the receipt of ${peerId}`)
  }
  const binding = await parts.bindingOf(peerId)
  const places = { revealed: revealed.value, committed: committed.value }
  return pass({ receipt: event.receipt, ...places, binding })
}

async function logged(
  index: number,
  size: number,
  { log, recent }: EvidenceParts,
): Promise<Outcome<Logged>> {
  const inclusion = await log.inclusion(index, size)
  if (!inclusion.ok) return inclusion
  const known = recent(index)
  if (known !== null) return pass({ entry: known, inclusion: inclusion.value })
  const found = await log.entries(index, 1)
  if (!found.ok) return found
  const [entry] = found.value as readonly LedgerEntry[]
  if (entry === undefined) return refuse('NOT_FOUND', `there is no entry ${index}`)
  return pass({ entry, inclusion: inclusion.value })
}
