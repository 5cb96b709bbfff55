// What is really so in a simulation, and what everybody out there can overhear. The coordinator
// knows none of it; the checks do.
import type { Commitment, Digest, OwnerAddress, PeerId, Receipt, TaskId } from '@vcp/protocol'
import type { Entry, EventOf } from '../core/entry.ts'
import type { Work } from './work.ts'

export interface Verdict {
  readonly isRight: boolean
  readonly isCopied: boolean
}

interface Overheard {
  readonly commitments: Map<PeerId, Commitment>
  readonly receipts: Map<PeerId, Receipt>
}

const nothing: Overheard = { commitments: new Map(), receipts: new Map() }

export class Truth {
  readonly works = new Map<TaskId, Work>()
  readonly #submitted = new Map<TaskId, EventOf<'task-submitted'>>()
  /** Who really runs a node, as far as the coordinator can know. */
  readonly operators = new Map<PeerId, string>()
  /** Wallets that really signed for a node; the newest last. */
  readonly #signers = new Map<PeerId, Set<OwnerAddress>>()
  readonly #verdicts = new Map<string, Verdict>()
  /** Referees who said what is not so, with their tasks. */
  readonly #lyingReferees = new Set<string>()
  readonly #overheard = new Map<TaskId, Overheard>()

  signed(peerId: PeerId, wallet: OwnerAddress): void {
    const signers = this.#signers.get(peerId) ?? new Set()
    signers.delete(wallet)
    this.#signers.set(peerId, signers.add(wallet))
  }

  committed(peerId: PeerId, seal: Digest, verdict: Verdict): void {
    this.#verdicts.set(`${peerId} ${seal}`, verdict)
  }

  verdictOn(peerId: PeerId, seal: Digest): Verdict {
    return this.#verdicts.get(`${peerId} ${seal}`) ?? { isRight: false, isCopied: false }
  }

  refereeLied(taskId: TaskId, peerId: PeerId): void {
    this.#lyingReferees.add(`${taskId} ${peerId}`)
  }

  isLyingReferee(taskId: TaskId, peerId: PeerId): boolean {
    return this.#lyingReferees.has(`${taskId} ${peerId}`)
  }

  /** What of the log is gossiped, or can be read. */
  overhear({ event }: Entry): void {
    if (event.type === 'node-registered' && !this.operators.has(event.peer_id)) {
      this.operators.set(event.peer_id, event.owner_id)
    }
    if (event.type === 'node-bound') {
      // Whatever the coordinator makes of it: who has signed is a fact.
      const signers = [...(this.#signers.get(event.peer_id) ?? [])]
      const signer = signers.find((each) => each === event.owner) ?? signers.at(-1)!
      this.operators.set(event.peer_id, signer)
    }
    if (event.type === 'task-submitted') this.#submitted.set(event.task_id, event)
    if (event.type === 'recheck-ordered') {
      const { task: spec, task_digest: digest } = this.#submitted.get(event.recheck_id)!
      const work = this.works.get(event.task_id)!
      this.works.set(event.recheck_id, { ...work, taskId: event.recheck_id, spec, digest })
    }
    if (event.type === 'node-removed') this.operators.delete(event.peer_id)
    if (event.type === 'result-committed') {
      const { peer_id, commitment } = event
      this.#of(commitment.task_id).commitments.set(peer_id, commitment)
    }
    if (event.type === 'receipt-revealed') {
      const { peer_id, payload } = event.receipt
      this.#of(payload.task_id).receipts.set(peer_id, payload)
    }
  }

  overheard(taskId: TaskId): Overheard {
    return this.#overheard.get(taskId) ?? nothing
  }

  #of(taskId: TaskId): Overheard {
    const known = this.#overheard.get(taskId)
    if (known !== undefined) return known
    const made = { commitments: new Map(), receipts: new Map() }
    this.#overheard.set(taskId, made)
    return made
  }
}
