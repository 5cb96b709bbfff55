// What happens to gossip before anybody hears of it, the same for every implementation of it: the
// peer's rate before a byte is decoded, the topic's checks, the nonce, the count.
import {
  type Judged,
  type Nonce,
  type PeerId,
  receive,
  type Topic,
  type VerifySignature,
  type View,
} from '@vcp/protocol'
import type { Conduct } from '../conduct.ts'
import type { Counters } from '../counters.ts'
import { createPeerBuckets, type Rate } from '../token-bucket.ts'
import { createSeenNonces } from './seen-nonces.ts'

/** What the program knows of the network; read anew for every message. */
export type Roster = Pick<View, 'isNode' | 'isCoordinator' | 'log'>

/** What one peer may hand on: a network of 5,000 nodes with a heartbeat every 10 seconds. */
export const gossipRate: Rate = { perSecond: 500, burst: 2_000 }

export interface InboxParts {
  readonly roster: Roster
  readonly now: () => number
  readonly verify: VerifySignature
  readonly counters: Counters
  readonly conduct: Conduct
}

export interface Inbox {
  /** Whether the peer that hands a message on is within its rate. Asked before anything else. */
  admits(from: PeerId): boolean
  judge<Message>(topic: Topic<Message>, bytes: Uint8Array): Judged<Message>
}

export function createInbox(parts: InboxParts): Inbox {
  const { roster, now, verify, counters, conduct } = parts
  const buckets = createPeerBuckets(gossipRate, now)
  const seen = createSeenNonces(now)

  return {
    admits(from) {
      if (buckets.take(from)) return true
      counters.count('gossip.drop.flood')
      conduct.note(from, 'flood')
      return false
    },

    judge(topic, bytes) {
      // A topic asks for the nonce last, of a message that is rightly signed and fresh.
      let asked: readonly [PeerId, Nonce] | null = null
      const judged = receive(topic, bytes, {
        nowMs: now(),
        verify,
        isNode: (peerId) => roster.isNode(peerId),
        isCoordinator: (peerId) => roster.isCoordinator(peerId),
        log: roster.log,
        hasSeen(peerId, nonce) {
          asked = [peerId, nonce]
          return seen.has(peerId, nonce)
        },
      })
      const { verdict } = judged
      if (verdict.verdict !== 'accept') {
        counters.count(`gossip.${verdict.verdict}.${verdict.code}`)
      } else {
        counters.count('gossip.accept')
        counters.count(`gossip.accept${topic.name}`)
        if (asked !== null) seen.add(...(asked as readonly [PeerId, Nonce]))
      }
      return judged
    },
  }
}
