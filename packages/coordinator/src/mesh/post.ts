// Carries to nodes what the core wants of them. An offer that does not arrive is told to the core
// at once, so that its task goes elsewhere. What is said to a node of one task is said in order; of
// several tasks at the same time, within what the mesh lets one peer have.
import type { Streams } from '@vcp/mesh'
import {
  type AssignAnswer,
  type Offer,
  type Outcome,
  type PeerId,
  type TaskId,
  VcpError,
} from '@vcp/protocol'
import type { EffectOf } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import type { Clock } from '../journal/clock.ts'
import { createAskNode, leaseOf } from './ask-node.ts'
import { type Asking, isOwed, owedTo } from './owed.ts'
import type { Present } from './present.ts'
import { createQuestions } from './questions.ts'
import type { RequesterOf } from './requester.ts'

export type PostEffect = EffectOf<'send-offer' | 'withdraw-lease'> | Asking

export interface Post {
  carryOut(effect: PostEffect): void
  /** What is owed to a node that has come is said to it. */
  serve(peerId: PeerId): void
  /**
   * Once the core knows what a node says to an offer that it was asked about: a short run may be
   * reported while the answer is still on its way through here.
   */
  offerAnswered(peerId: PeerId, taskId: TaskId): Promise<void> | null
  close(): void
}

export interface PostParts {
  readonly streams: Pick<Streams, 'ask'>
  readonly state: State
  readonly present: Pick<Present, 'has' | 'hasBeen'>
  readonly clock: Clock
  /** What an account is to nodes: a name that tells them nothing but whose task is whose. */
  readonly requesterOf: RequesterOf
  /** Until it is durable, or refused for good. */
  tell(input: Input): Promise<Outcome<null>>
}

/** After a start nodes take a moment to come back: so long offers wait for those that have not. */
export const comeBackMs = 5_000

export function createPost(parts: PostParts): Post {
  const { streams, state, present, clock, tell, requesterOf } = parts
  const stop = new AbortController()
  const askNode = createAskNode(streams, present, stop.signal)
  const questions = createQuestions({ ...parts, askNode, signal: stop.signal })
  /** The last word to a node on a task. */
  const last = new Map<string, Promise<void>>()
  const offers = new Map<string, PromiseWithResolvers<void>>()
  let areExpected = true
  const stopExpecting = clock.after(comeBackMs, () => {
    areExpected = false
    for (const peerId of state.nodes.keys()) {
      for (const owed of owedTo(state, peerId)) if (owed.type === 'send-offer') carryOut(owed)
    }
  })

  async function inOrder(peerId: PeerId, taskId: TaskId, work: () => Promise<void>): Promise<void> {
    const name = nameOf(peerId, taskId)
    const before = last.get(name)
    const done = before === undefined ? work() : before.then(work)
    last.set(name, done)
    await done
    if (last.get(name) === done) last.delete(name)
  }

  async function sendOffer({ type, peerId, offer }: EffectOf<'send-offer'>): Promise<void> {
    // It may have been answered already, when the node came.
    if (!isOwed(state, { type, peerId, offer })) return
    if (areExpected && !present.hasBeen(peerId)) return
    const name = nameOf(peerId, offer.task_id)
    const answered = Promise.withResolvers<void>()
    offers.set(name, answered)
    const ownerId = state.tasks.get(offer.task_id)?.ownerId
    const requester = ownerId === undefined ? {} : { requester: requesterOf(ownerId) }
    const answer = await askNode(peerId, { ask: 'offer', offer: { ...offer, ...requester } })
    // Who starts next asks again for what is owed then.
    const told = stop.signal.aborted ? null : tell(inputOf(answer, offer))
    offers.delete(name)
    answered.resolve()
    await told
  }

  /** Once: a node that does not hear it is told by the refusal of its next report. */
  async function withdraw(effect: EffectOf<'withdraw-lease'>): Promise<void> {
    const reason = cut(effect.reason)
    await askNode(effect.peerId, { ask: 'withdraw', ...leaseOf(effect), reason })
  }

  function carryOut(effect: PostEffect): void {
    if (stop.signal.aborted) return
    const { peerId } = effect
    if (effect.type === 'send-offer') {
      void inOrder(peerId, effect.offer.task_id, () => sendOffer(effect))
    } else if (effect.type !== 'withdraw-lease') questions.ask(effect)
    else if (present.has(peerId)) void inOrder(peerId, effect.taskId, () => withdraw(effect))
  }

  return {
    carryOut,
    serve(peerId) {
      for (const owed of [...owedTo(state, peerId), ...questions.rerunsOf(peerId)]) carryOut(owed)
    },
    offerAnswered: (peerId, taskId) => offers.get(nameOf(peerId, taskId))?.promise ?? null,
    close() {
      stopExpecting()
      stop.abort(new VcpError('COORDINATOR_STOPPING'))
    },
  }
}

function nameOf(peerId: PeerId, taskId: TaskId): string {
  return `${peerId} ${taskId}`
}

/** What the answer to an offer means to the core. */
function inputOf(
  answer: Outcome<AssignAnswer>,
  { peer_id: peerId, task_id, lease_epoch }: Offer,
): Input {
  if (answer.ok && answer.value.answered === 'offer') {
    const said = answer.value.answer
    const isOfLease = said.task_id === task_id && said.lease_epoch === lease_epoch
    if (isOfLease) return { type: 'offer-answered', peerId, answer: said }
  }
  const reason = cut(answer.ok ? 'the node answered another question' : answer.reason)
  const lease = { peerId, taskId: task_id, leaseEpoch: lease_epoch }
  return { type: 'offer-undelivered', ...lease, reason }
}

/** As much of a reason as there is room for, in the question and in the log. */
function cut(reason: string): string {
  return reason.slice(0, 200).toWellFormed()
}
