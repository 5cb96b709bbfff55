// How far a task is, from what the log says of it. Each event adds to what was known.
import {
  type Cid,
  type DeclineReason,
  type EvidenceLevel,
  isEnded,
  type LedgerEvent,
  type PeerId,
  type TaskId,
  type TaskInfo,
  type TaskState,
} from '@vcp/protocol'

export interface TaskProgress {
  readonly taskId: TaskId
  readonly status: TaskState
  /** What it waits for, or how it ended. */
  readonly reason: string | null
  /** Null until there is an accepted result. */
  readonly level: EvidenceLevel | null
  /** Who has it now, or whose result was taken. */
  readonly nodes: readonly PeerId[]
  /** Whether any node ever had it. */
  readonly wasOffered: boolean
  /** The last node that came to nothing, since somebody watches; null for none. */
  readonly setback: Setback | null
  readonly committed: number
  readonly revealed: number
  /** Of the result, once one is accepted. */
  readonly output: Cid | null
}

export interface Setback {
  readonly peerId: PeerId
  readonly kind: 'declined' | 'lost'
  /** Of a kind that the coordinator goes by; null where there is none. */
  readonly code: DeclineReason | null
  readonly reason: string | null
}

export function progressOf(info: TaskInfo): TaskProgress {
  const result = info.result as { readonly output?: Cid } | null
  return {
    taskId: info.task_id,
    status: info.status,
    reason: info.reason,
    level: info.level,
    nodes: info.assigned_nodes,
    wasOffered: info.assigned_nodes.length + info.former_assigned_nodes.length > 0,
    setback: null,
    committed: 0,
    revealed: 0,
    output: result?.output ?? null,
  }
}

/** The task that an event is about; null for none. */
export function taskOfEvent(event: LedgerEvent): TaskId | null {
  if (event.type === 'result-committed') return event.commitment.task_id
  if (event.type === 'receipt-revealed') return event.receipt.payload.task_id
  return 'task_id' in event ? event.task_id : null
}

/** What is known after an event of this task; the same object where the event says nothing new. */
export function afterEvent(progress: TaskProgress, event: LedgerEvent): TaskProgress {
  if (isEnded(progress.status)) return progress
  switch (event.type) {
    case 'assignment-offered':
      return {
        ...progress,
        status: progress.status === 'pending' ? 'assigned' : progress.status,
        wasOffered: true,
        nodes: [...progress.nodes.filter((node) => node !== event.peer_id), event.peer_id],
      }
    case 'assignment-accepted':
      return { ...progress, status: runningAt(progress.status) }
    case 'assignment-declined': {
      const setback = { peerId: event.peer_id, kind: 'declined', reason: null } as const
      return without(progress, event.peer_id, { ...setback, code: event.reason })
    }
    case 'assignment-ended': {
      const { peer_id: peerId, state, reason, code = null } = event
      const setback = state === 'lost' ? ({ peerId, kind: 'lost', code, reason } as const) : null
      return without(progress, peerId, setback ?? progress.setback)
    }
    case 'result-committed':
      return { ...progress, committed: progress.committed + 1 }
    case 'receipt-revealed':
      return { ...progress, status: 'verifying', revealed: progress.revealed + 1 }
    case 'task-completed':
      return { ...progress, status: 'completed', level: event.level, output: event.output }
    case 'task-failed':
      return { ...progress, status: 'failed', reason: event.reason }
    case 'task-cancelled':
      return { ...progress, status: 'cancelled', reason: event.reason }
    default:
      return progress
  }
}

function without(progress: TaskProgress, peerId: PeerId, setback: Setback | null): TaskProgress {
  return { ...progress, nodes: progress.nodes.filter((node) => node !== peerId), setback }
}

function runningAt(status: TaskState): TaskState {
  return status === 'pending' || status === 'assigned' ? 'running' : status
}
