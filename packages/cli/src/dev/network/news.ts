// What happens at a coordinator, as people are told of it.
import type { LedgerEvent, PeerId } from '@vcp/protocol'

export interface News {
  readonly kind: 'good' | 'bad' | 'plain'
  readonly text: string
}

/** Null for what is of no interest to somebody who looks on. */
export function newsOf(event: LedgerEvent, nameOf: (peerId: PeerId) => string): News | null {
  switch (event.type) {
    case 'node-registered':
      return plain(`${nameOf(event.peer_id)} joins`)
    case 'node-status-changed':
      return plain(`${nameOf(event.peer_id)} is ${event.status}, ${event.mode}`)
    case 'task-submitted':
      return plain(`task ${event.task_id} is submitted`)
    case 'assignment-accepted':
      return plain(`${nameOf(event.peer_id)} takes ${event.task_id}`)
    case 'assignment-declined':
      return plain(`${nameOf(event.peer_id)} declines ${event.task_id}: ${event.reason}`)
    case 'assignment-ended':
      return event.state === 'lost'
        ? { kind: 'bad', text: `${nameOf(event.peer_id)} loses ${event.task_id}: ${event.reason}` }
        : null
    case 'task-completed':
      return { kind: 'good', text: `task ${event.task_id} is completed, ${event.level}` }
    case 'task-failed':
      return { kind: 'bad', text: `task ${event.task_id} failed: ${event.reason}` }
    case 'receipt-rejected': {
      const text = `the result of ${nameOf(event.peer_id)} is rejected: ${event.reason}`
      return { kind: 'bad', text }
    }
    case 'dispute-opened':
      return plain(`two results of task ${event.task_id} differ: their traces are compared`)
    case 'referee-chosen': {
      const text = `${nameOf(event.peer_id)} runs the task up to checkpoint ${event.checkpoint}`
      return plain(text)
    }
    case 'dispute-settled': {
      const [winner, loser] = [nameOf(event.winner), nameOf(event.loser)]
      return { kind: 'bad', text: `${winner} was right, ${loser} was not` }
    }
    default:
      return null
  }
}

function plain(text: string): News {
  return { kind: 'plain', text }
}
