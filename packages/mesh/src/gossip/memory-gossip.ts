// Gossip within one process, for tests and simulations: the same checks, no network. Everybody
// hears everybody at once.
import type { PeerId, Topic } from '@vcp/protocol'
import { boundedBytes } from './bounded.ts'
import type { Gossip } from './gossip.ts'
import type { Inbox } from './inbox.ts'

export interface GossipHub {
  join(peerId: PeerId, inbox: Inbox): Gossip
  /** Bytes as a hostile peer would send them. Answers how many peers they were handed to. */
  send(from: PeerId, topic: string, bytes: Uint8Array): number
}

interface Follower {
  readonly peerId: PeerId
  hear(from: PeerId, bytes: Uint8Array): void
}

export function createGossipHub(): GossipHub {
  const followers = new Map<string, Set<Follower>>()

  function followersOf(topic: string): Set<Follower> {
    const known = followers.get(topic) ?? new Set()
    followers.set(topic, known)
    return known
  }

  function send(from: PeerId, topic: string, bytes: Uint8Array): number {
    const others = [...followersOf(topic)].filter(({ peerId }) => peerId !== from)
    for (const { hear } of others) hear(from, bytes)
    return new Set(others.map(({ peerId }) => peerId)).size
  }

  function join(peerId: PeerId, inbox: Inbox): Gossip {
    return {
      publish: async (topic, message) => send(peerId, topic.name, boundedBytes(topic, message)),
      subscribe<Message>(topic: Topic<Message>, handler: (message: Message) => void) {
        const follower: Follower = {
          peerId,
          hear(from, bytes) {
            if (!inbox.admits(from)) return
            const { message } = inbox.judge(topic, bytes)
            if (message !== null) queueMicrotask(() => handler(message))
          },
        }
        followersOf(topic.name).add(follower)
        return () => void followersOf(topic.name).delete(follower)
      },
      peers: (topic) => {
        const others = [...followersOf(topic.name)].filter((one) => one.peerId !== peerId)
        return [...new Set(others.map((one) => one.peerId))]
      },
    }
  }

  return { join, send }
}
