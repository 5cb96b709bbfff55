// Carries out what the core wants: messages to nodes, which may be lost, and the coordinator's own
// arithmetic, which takes its time.
import type { Offer, PeerId, Round, RoundId } from '@vcp/protocol'
import type { Effect, EffectOf, EffectType } from '../core/effects.ts'
import type { InputOf } from '../core/inputs.ts'
import type { State } from '../core/state.ts'
import type { Chance } from './chance.ts'
import type { Surroundings } from './correspondent.ts'
import { insist } from './insist.ts'
import type { SimulatedNode } from './node.ts'
import { proofDesk } from './proof-desk.ts'
import { SecureDesk } from './secure-desk.ts'
import type { Truth } from './truth.ts'
import { modelOf } from './work.ts'

export interface PostmanParts extends Surroundings {
  readonly nodes: readonly SimulatedNode[]
  readonly truth: Truth
}

type Rounds = { readonly [Type in EffectType]: (effect: EffectOf<Type>, state: State) => void }

export function postman(parts: PostmanParts) {
  const { world, chance, network, coordinator, nodes } = parts
  const secure = new SecureDesk(parts)
  const byPeer = new Map(nodes.map((node) => [node.identity.peerId, node]))

  function carry(peerId: PeerId, deliver: (node: SimulatedNode) => void): void {
    const node = byPeer.get(peerId)
    if (node !== undefined) network.carry(peerId, () => deliver(node))
  }

  const rounds: Rounds = {
    'send-offer': ({ peerId, offer }) => {
      if (network.isCut(peerId)) undelivered(offer)
      else carry(peerId, (node) => node.offered(offer))
    },
    'withdraw-lease': (effect) => carry(effect.peerId, (node) => node.withdrawn(effect)),
    'ask-to-reveal': (effect) => carry(effect.peerId, (node) => node.askedToReveal(effect)),
    'ask-for-trace': (effect) => carry(effect.peerId, (node) => node.askedForTrace(effect)),
    'ask-for-rerun': (effect) => carry(effect.peerId, (node) => node.askedForRerun(effect)),
    'ask-to-train': ({ peerId, roundId }, state) => {
      const { round } = state.rounds.get(roundId)!
      if (round.secure !== undefined) secure.asked(round, state)
      train(peerId, round, 1)
    },
    'check-proof': proofDesk(parts),
    // Gossip promises nobody anything: nodes go by what they are asked.
    'announce-round': () => undefined,
    'aggregate-round': ({ roundId }, state) => {
      const { round, updates } = state.rounds.get(roundId)!
      const peers = [...updates.keys()]
      world.after(chance.between(50, chance.happens(0.7) ? 2_000 : 60_000), () =>
        aggregated(round, peers),
      )
    },
  }

  /** Whoever has no connection is not asked, and the coordinator knows that at once. */
  function undelivered({ peer_id: peerId, task_id: taskId, lease_epoch: leaseEpoch }: Offer): void {
    const lease = { peerId, taskId, leaseEpoch }
    const input = { type: 'offer-undelivered', ...lease, reason: 'not connected' } as const
    world.after(0, () => coordinator.tell(input, () => {}))
  }

  /** Asked until it is noted, as over the mesh, though not for ever. */
  function train(peerId: PeerId, round: Round, times: number): void {
    carry(peerId, (node) => node.roundOpened(round))
    if (times < 6) world.after(3_000 * times, () => train(peerId, round, times + 1))
  }

  /** If the coordinator dies meanwhile, it wants the same again when it is back. */
  function aggregated({ round_id: roundId, ...round }: Round, peers: readonly PeerId[]): void {
    const summary = round.secure === undefined ? undefined : secure.opened(roundId, peers)
    if (summary === null) insist(parts, secure.lost(roundId, true))
    else if (chance.happens(0.05)) insist(parts, failedOn(chance, roundId))
    else insist(parts, { ...madeOf(chance, roundId, peers), ...(summary && { secure: summary }) })
  }

  return (effect: Effect, state: State): void => {
    const carryOut = rounds[effect.type] as (effect: Effect, state: State) => void
    carryOut(effect, state)
  }
}

function failedOn(chance: Chance, roundId: RoundId): InputOf<'aggregation-failed'> {
  const code = chance.happens(0.3) ? ('budget_spent' as const) : null
  return { type: 'aggregation-failed', roundId, reason: 'they are all alike', code }
}

function madeOf(
  chance: Chance,
  roundId: RoundId,
  updates: readonly PeerId[],
): InputOf<'round-aggregated'> {
  const model = modelOf(`model ${roundId}`)
  const measured = {
    loss: 0.5,
    accuracy: null,
    epsilonSpent: null,
    strategyState: null,
    clipNormNext: null,
  }
  const contributions = updates.map((peer_id) => ({
    peer_id,
    left_out: chance.happens(0.1) ? 'accuracy_low' : null,
    loss: null,
    accuracy: chance.below(101) / 100,
    cosine: null,
    norm_ratio: null,
  }))
  return { type: 'round-aggregated', roundId, model, ...measured, contributions }
}
