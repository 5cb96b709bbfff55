// What every implementation of Gossip does.
import { limits, type PeerId, type Signer, type Topic, telemetryTopic } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { ana, ben, eve } from '../testing/keys.ts'
import { bytesOf, heartbeatBy } from '../testing/messages.ts'
import { createSeen } from '../testing/until.ts'
import type { Gossip } from './gossip.ts'

export interface GossipNetwork {
  gossipOf(signer: Signer): Gossip
  /** Resolves once everybody knows that `followers` follow the topic. */
  settled(followers: readonly PeerId[]): Promise<void>
  /** Sends bytes on a topic as a peer of the network that checks nothing. */
  send(from: Signer, topic: string, bytes: Uint8Array): Promise<void>
  counters(signer: Signer): Readonly<Record<string, number>>
}

/** `open` makes a network of ana, ben and eve, of whom ana and ben are known as nodes. */
export function describeGossip(name: string, open: () => Promise<GossipNetwork>): void {
  /** Ben follows; what he hears is kept. */
  async function heardByBen(network: GossipNetwork) {
    const heard = createSeen<number>()
    const end = network.gossipOf(ben).subscribe(telemetryTopic, ({ nonce }) => {
      heard.add(Number.parseInt(nonce, 16))
    })
    await network.settled([ben.peerId])
    return { heard, end }
  }

  describe(`${name}`, () => {
    test('takes a message to those who follow its topic, and not to its sender', async () => {
      const network = await open()
      const { heard } = await heardByBen(network)
      const own = createSeen<number>()
      network.gossipOf(ana).subscribe(telemetryTopic, () => own.add(1))
      await network.settled([ana.peerId, ben.peerId])

      const recipients = await network
        .gossipOf(ana)
        .publish(telemetryTopic, heartbeatBy(ana, 1, Date.now()))
      expect(recipients).toBe(1)
      expect(await heard.count(1)).toEqual([1])
      expect(own.all).toEqual([])
      expect(network.gossipOf(ana).peers(telemetryTopic)).toEqual([ben.peerId])
    })

    test('drops and counts what is forged, stale, replayed or by a stranger', async () => {
      const network = await open()
      const { heard } = await heardByBen(network)
      const topic = telemetryTopic.name
      const now = Date.now()
      const once = heartbeatBy(ana, 2, now)
      const forged = { ...heartbeatBy(ana, 3, now), peer_id: ben.peerId }
      const stale = heartbeatBy(ana, 4, now - 2 * limits.messageFreshnessMs)
      const twice = heartbeatBy(ana, 2, now - 1)

      await network.send(ana, topic, bytesOf(once))
      await network.send(ana, topic, bytesOf(twice))
      await network.send(ana, topic, bytesOf(stale))
      await network.send(ana, topic, bytesOf(heartbeatBy(eve, 5, now)))
      await network.send(ana, topic, bytesOf(forged))
      await network.send(ana, topic, bytesOf(heartbeatBy(ana, 6, now)))

      expect(await heard.count(2)).toEqual([2, 6])
      expect(network.counters(ben)).toMatchObject({
        'gossip.accept': 2,
        'gossip.ignore.MESSAGE_REPLAYED': 1,
        'gossip.ignore.MESSAGE_STALE': 1,
        'gossip.ignore.NOT_FOUND': 1,
        'gossip.reject.SIGNATURE_INVALID': 1,
      })
    })

    test('refuses to send what is too large, before anybody gets it', async () => {
      const network = await open()
      const { heard } = await heardByBen(network)
      const narrow: Topic<never> = { ...(telemetryTopic as Topic<never>), bytesMax: 100 }
      const large = heartbeatBy(ana, 7, Date.now()) as never
      await expect(network.gossipOf(ana).publish(narrow, large)).rejects.toMatchObject({
        code: 'TOO_LARGE',
      })
      await network.gossipOf(ana).publish(telemetryTopic, heartbeatBy(ana, 8, Date.now()))
      expect(await heard.count(1)).toEqual([8])
    })

    test('ends with the subscription', async () => {
      const network = await open()
      const { heard, end } = await heardByBen(network)
      end()
      await network.settled([])
      const recipients = await network
        .gossipOf(ana)
        .publish(telemetryTopic, heartbeatBy(ana, 9, Date.now()))
      expect(recipients).toBe(0)
      expect(heard.all).toEqual([])
    })
  })
}
