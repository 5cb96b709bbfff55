// Answers what the coordinator asks of this node. Of the coordinator that the node has joined, and
// of nobody else.
import type { Streams } from '@vcp/mesh'
import {
  type AssignAnswer,
  type AssignAsk,
  assignProtocol,
  type Outcome,
  type PeerId,
  pass,
  refuse,
  type TaskId,
} from '@vcp/protocol'
import type { Agent } from '../agent.ts'
import type { Kept } from '../kept/kept.ts'

export interface AssignmentParts {
  readonly streams: Streams
  readonly agent: Pick<Agent, 'tell' | 'offer'>
  /** The traces of runs, for as long as they can be disputed. */
  readonly kept: Pick<Kept, 'below'>
  readonly peerId: PeerId
  /**
   * Whether a peer is the coordinator. Waits for a joining that is under way: the first offer may
   * be here before the answer to the registration.
   */
  isCoordinator(peerId: PeerId): Promise<boolean>
}

/** Serves until the answer is called. */
export function serveAssignments(parts: AssignmentParts): Promise<() => Promise<void>> {
  return parts.streams.serve(assignProtocol, async (ask, from) => {
    if (await parts.isCoordinator(from)) return answer(parts, ask)
    return refuse('SIGNER_UNEXPECTED', `${from} is not the coordinator that this node has joined`)
  })
}

async function answer(parts: AssignmentParts, ask: AssignAsk): Promise<Outcome<AssignAnswer>> {
  const { agent, kept, peerId } = parts
  switch (ask.ask) {
    case 'offer': {
      const { offer } = ask
      if (offer.peer_id !== peerId) {
        return refuse('SIGNER_UNEXPECTED', `an offer to ${offer.peer_id}; this is ${peerId}`)
      }
      return pass({ answered: 'offer', answer: await agent.offer(offer) })
    }
    case 'withdraw': {
      const { reason } = ask
      return noted(await agent.tell({ type: 'lease-withdrawn', ...leaseOf(ask), reason }))
    }
    case 'reveal':
      return noted(await agent.tell({ type: 'reveal-asked', ...leaseOf(ask) }))
    case 'train':
      return noted(await agent.tell({ type: 'round-ordered', ...leaseOf(ask), order: ask.round }))
    case 'trace': {
      const below = await kept.below(leaseOf(ask), ask.level, ask.index)
      if (below !== null) return pass({ answered: 'trace', below: [...below] })
      return refuse('NOT_FOUND', `no trace of ${ask.task_id} with a place ${ask.index}`)
    }
    case 'rerun': {
      const { task_id: taskId, checkpoint, task } = ask
      return noted(await agent.tell({ type: 'rerun-asked', taskId, checkpoint, task }))
    }
  }
}

function leaseOf({ task_id, lease_epoch }: { task_id: TaskId; lease_epoch: number }) {
  return { taskId: task_id, leaseEpoch: lease_epoch }
}

function noted(told: Outcome<null>): Outcome<AssignAnswer> {
  return told.ok ? pass({ answered: 'noted' }) : told
}
