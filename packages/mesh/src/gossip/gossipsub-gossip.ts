// Gossip by @libp2p/gossipsub. Messages carry their own signatures, so gossipsub adds none, and a
// message's id is the digest of its topic and its bytes: a copy sent again is the same message.
import { createHash } from 'node:crypto'
import { type GossipSub, gossipsub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId as LibP2pPeerId } from '@libp2p/interface'
import { type PeerId, type Topic, topics } from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'
import { nameIn } from '../host/network.ts'
import { boundedBytes } from './bounded.ts'
import type { Gossip } from './gossip.ts'
import type { Inbox } from './inbox.ts'
import { scoreParams, scoreThresholds } from './scores.ts'

const verdicts = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
} as const

/** What gossipsub has, beyond its declared interface, that its own tests rely on too. */
interface Inside {
  handleReceivedRpc(from: LibP2pPeerId, rpc: Rpc): Promise<void>
  getScore(peerId: string): number
}

interface Rpc {
  messages: unknown[]
}

/**
 * What waits for a peer that does not read, before it is spared all gossip: more than a whole
 * network says (`gossipRate`, half a KB each) until a connection that has died is cut.
 */
const waitingBytesMax = 33_554_432

/** The libp2p service. Sizes and rates are ours; these bounds keep decoding linear. */
export function gossipsubService(network: string, conduct: Conduct) {
  const names = Object.values(topics).map(({ name }) => nameIn(network, name))
  return gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: ({ topic, data }) => createHash('sha256').update(`${topic}\0`).update(data).digest(),
    allowedTopics: names,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: false,
    doPX: false,
    runOnLimitedConnection: true,
    maxTopicBytesPerPeer: 65_536,
    maxOutboundBufferSize: waitingBytesMax,
    decodeRpcLimits: {
      maxSubscriptions: 64,
      maxMessages: 1_000,
      maxIhaveMessageIDs: 5_000,
      maxIwantMessageIDs: 5_000,
      maxIdontwantMessageIDs: 5_000,
      maxControlMessages: 100,
      maxPeerInfos: 16,
    },
    scoreParams: scoreParams(names, conduct),
    scoreThresholds,
  })
}

export interface GossipsubGossip extends Gossip {
  /** gossipsub's score of a peer; below `graylistThreshold` it is not listened to. */
  scoreOf(peerId: PeerId): number
}

export function createGossipsubGossip(
  network: string,
  pubsub: GossipSub,
  inbox: Inbox,
): GossipsubGossip {
  const inside = pubsub as unknown as Inside
  limitRate(inside, inbox)
  const handlers = new Map<string, Set<(message: never) => void>>()
  const nameOf = (topic: { readonly name: `/vcp/1/${string}` }) => nameIn(network, topic.name)

  for (const topic of Object.values(topics) as readonly unknown[] as readonly Topic<never>[]) {
    const name = nameOf(topic)
    const ours = new Set<(message: never) => void>()
    handlers.set(name, ours)
    pubsub.topicValidators.set(name, (_, { data }) => {
      const { verdict, message } = inbox.judge(topic, data)
      // Handed on here, where it is decoded, and not from the event after, where it would be again.
      if (message !== null) queueMicrotask(() => ours.forEach((handle) => void handle(message)))
      return verdicts[verdict.verdict]
    })
  }

  function handlersOf(name: string): Set<(message: never) => void> {
    const known = handlers.get(name)
    if (known === undefined) throw new RangeError(`${name} is no topic of the protocol`)
    return known
  }

  return {
    async publish(topic, message) {
      const { recipients } = await pubsub.publish(nameOf(topic), boundedBytes(topic, message))
      return recipients.length
    },
    subscribe(topic, handler) {
      const name = nameOf(topic)
      const ours = handlersOf(name)
      if (ours.size === 0) pubsub.subscribe(name)
      ours.add(handler)
      return () => {
        if (ours.delete(handler) && ours.size === 0) pubsub.unsubscribe(name)
      }
    },
    peers: (topic) => pubsub.getSubscribers(nameOf(topic)).map((id) => id.toString() as PeerId),
    scoreOf: (peerId) => inside.getScore(peerId),
  }
}

/**
 * gossipsub has no rate per peer, and its validators come too late for one: a message is marked as
 * seen before, so that a flood could bury what others send.
 */
function limitRate(inside: Inside, inbox: Inbox): void {
  const handle = inside.handleReceivedRpc.bind(inside)
  inside.handleReceivedRpc = async (from, rpc) => {
    const peerId = from.toString() as PeerId
    // Control messages cost work as well: an RPC without messages counts as one.
    if (rpc.messages.length === 0 && !inbox.admits(peerId)) return
    rpc.messages = rpc.messages.filter(() => inbox.admits(peerId))
    await handle(from, rpc)
  }
}
