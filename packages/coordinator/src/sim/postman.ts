// Carries out what the core wants: messages to nodes, which may be lost, and the coordinator's own
// arithmetic, which takes its time.
import type { Offer, PeerId } from '@vcp/protocol'
import type { Effect, EffectOf, EffectType } from '../core/effects.ts'
import type { State } from '../core/state.ts'
import type { Surroundings } from './correspondent.ts'
import type { SimulatedNode } from './node.ts'
import { modelOf } from './work.ts'

export interface PostmanParts extends Surroundings {
  readonly nodes: readonly SimulatedNode[]
}

type Rounds = { readonly [Type in EffectType]: (effect: EffectOf<Type>, state: State) => void }

export function postman({ world, chance, network, coordinator, nodes }: PostmanParts) {
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
    'announce-round': ({ roundId }, state) => {
      const round = state.rounds.get(roundId)?.round
      if (round?.state !== 'open') return
      for (const peerId of round.participants) carry(peerId, (node) => node.roundOpened(round))
    },
    'aggregate-round': ({ roundId }) => {
      world.after(chance.between(50, chance.happens(0.7) ? 2_000 : 60_000), () =>
        aggregated(roundId),
      )
    },
  }

  /** Whoever has no connection is not asked, and the coordinator knows that at once. */
  function undelivered({ peer_id: peerId, task_id: taskId, lease_epoch: leaseEpoch }: Offer): void {
    const lease = { peerId, taskId, leaseEpoch }
    const input = { type: 'offer-undelivered', ...lease, reason: 'not connected' } as const
    world.after(0, () => coordinator.tell(input, () => {}))
  }

  /** If the coordinator dies meanwhile, it wants the same again when it is back. */
  function aggregated(roundId: EffectOf<'aggregate-round'>['roundId']): void {
    const model = modelOf(`model ${roundId}`)
    const measured = { loss: 0.5, accuracy: null, epsilonSpent: null }
    coordinator.tell({ type: 'round-aggregated', roundId, model, ...measured }, (reply) => {
      const isToBeTried = !reply.ok && reply.code === 'DISK_FULL'
      if (isToBeTried) world.after(1_000, () => aggregated(roundId))
    })
  }

  return (effect: Effect, state: State): void => {
    const carryOut = rounds[effect.type] as (effect: Effect, state: State) => void
    carryOut(effect, state)
  }
}
