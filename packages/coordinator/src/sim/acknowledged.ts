// What the coordinator has said to others, so that after a restart it can be held to it.
import type { Digest, PeerId, RoundId, TaskId } from '@vcp/protocol'
import type { Reply } from '../core/decide.ts'
import type { Effect } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import {
  type Assignment,
  assignmentOf,
  isOpen,
  wasAskedToReveal,
} from '../core/tasks/task-record.ts'
import { promise } from './broken-promise.ts'

interface Lease {
  readonly taskId: TaskId
  readonly peerId: PeerId
  readonly epoch: number
}

export class Acknowledged {
  readonly #submits = new Map<TaskId, Digest>()
  readonly #commits = new Map<string, Lease>()
  readonly #receipts = new Map<string, Lease>()
  readonly #updates = new Map<string, { readonly roundId: RoundId; readonly peerId: PeerId }>()
  /** Leases that nodes were told of. */
  readonly #offers = new Map<string, Lease>()

  get submits(): ReadonlyMap<TaskId, Digest> {
    return this.#submits
  }

  told(effect: Effect): void {
    if (effect.type !== 'send-offer') return
    const { task_id, lease_epoch } = effect.offer
    keep(this.#offers, { taskId: task_id, peerId: effect.peerId, epoch: lease_epoch })
  }

  answered(input: Input, reply: Reply): void {
    if (input.type === 'task-submitted') this.#submitAnswered(input.taskId, input.digest, reply)
    if (!reply.ok) return
    if (input.type === 'commitment-received') {
      const { task_id, lease_epoch } = input.commitment
      keep(this.#commits, { taskId: task_id, peerId: input.peerId, epoch: lease_epoch })
    }
    if (input.type === 'receipt-received') {
      const { peer_id, payload } = input.receipt
      const { task_id, lease_epoch } = payload
      keep(this.#receipts, { taskId: task_id, peerId: peer_id, epoch: lease_epoch })
    }
    if (input.type === 'update-received') {
      const { round_id } = input.update
      const { peerId } = input
      this.#updates.set(`${round_id} ${peerId}`, { roundId: round_id, peerId })
    }
  }

  /** The same submit twice is the same answer, and another under its id is none. */
  #submitAnswered(taskId: TaskId, digest: Digest, reply: Reply): void {
    const known = this.#submits.get(taskId)
    if (known === undefined) {
      if (reply.ok) this.#submits.set(taskId, digest)
      return
    }
    const isSame = known === digest
    promise(reply.ok === isSame, () => `task ${taskId} was taken; sent again: ${said(reply)}`)
  }

  assertKept(state: State): void {
    for (const [taskId, digest] of this.#submits) {
      const isKept = state.tasks.get(taskId)?.digest === digest
      promise(isKept, () => `task ${taskId} was acknowledged and is lost`)
    }
    assertLeases(state, this.#offers, 'an offer', () => true)
    assertLeases(state, this.#commits, 'a commitment', (each) => each.committedIndex !== null)
    assertLeases(state, this.#receipts, 'a receipt', isThereOrAskedFor)
    for (const { roundId, peerId } of this.#updates.values()) {
      const record = state.rounds.get(roundId)
      // Once a round has ended, what came in for it is in its model, or of no use any more.
      const hasEnded = record?.round.state === 'finalised' || record?.round.state === 'abandoned'
      const isKept = hasEnded || record?.updates.has(peerId) === true
      promise(isKept, () => `an update of ${peerId} was acknowledged and is lost`)
      // Of a buffer: a node is done with a model once its update is in, whatever became of that.
      const task = record === undefined ? undefined : state.tasks.get(record.round.task_id)
      const isWaitedFor = task !== undefined && assignmentOf(task, peerId)?.trainsFor === roundId
      promise(!isWaitedFor, () => `${peerId} is waited for, whose update was acknowledged`)
    }
  }
}

/** What is held back until others have shown theirs is in no journal, and is asked for anew. */
function isThereOrAskedFor(each: Assignment): boolean {
  return each.revealedIndex !== null || !isOpen(each) || wasAskedToReveal(each)
}

function keep(leases: Map<string, Lease>, lease: Lease): void {
  leases.set(`${lease.taskId} ${lease.epoch} ${lease.peerId}`, lease)
}

function assertLeases(
  state: State,
  leases: ReadonlyMap<string, Lease>,
  what: string,
  isKept: (assignment: Assignment) => boolean,
): void {
  for (const { taskId, peerId, epoch } of leases.values()) {
    const held = state.tasks.get(taskId)?.assignments.find((each) => each.epoch === epoch)
    promise(
      held?.peerId === peerId && isKept(held),
      () => `${what} of task ${taskId}, lease ${epoch}, is known to ${peerId} and lost`,
    )
  }
}

function said(reply: Reply): string {
  return reply.ok ? 'taken' : reply.code
}
