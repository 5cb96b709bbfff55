import { peerIdFromString } from '@libp2p/peer-id'
import { type PeerId, type Signer, telemetryTopic } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createConduct } from '../conduct.ts'
import { createCounters } from '../counters.ts'
import { nameIn } from '../host/network.ts'
import { openHost, startHost } from '../host/open-host.ts'
import type { MeshOptions } from '../mesh-options.ts'
import { ana, ben, eve, signerOf } from '../testing/keys.ts'
import { bytesOf, heartbeatBy } from '../testing/messages.ts'
import { rosterOf } from '../testing/roster.ts'
import { createSeen } from '../testing/until.ts'
import { createNativeVerify } from '../verify-natively.ts'
import { describeGossip, type GossipNetwork } from './gossip.conformance.ts'
import { createGossipsubGossip } from './gossipsub-gossip.ts'
import { createInbox } from './inbox.ts'
import { scoreThresholds } from './scores.ts'

type Gossiper = Awaited<ReturnType<typeof openGossiper>>

async function openGossiper(signer: Signer, network = 'vcp') {
  const roster = rosterOf([ana, ben])
  const options: MeshOptions = { signer, profile: 'loopback', roster, network }
  const conduct = createConduct(Date.now, () => undefined)
  const host = await openHost(options, conduct)
  const counters = createCounters()
  const verify = createNativeVerify()
  const inbox = createInbox({ roster, now: Date.now, verify, counters, conduct })
  const gossip = createGossipsubGossip(network, host.services.gossip, inbox)
  await startHost(host)
  onTestFinished(async () => host.stop())
  return { signer, host, gossip, counters, network }
}

async function connect(one: Gossiper, other: Gossiper): Promise<void> {
  await one.host.dial(other.host.getMultiaddrs())
  await Promise.all([speaks(one, other), speaks(other, one)])
}

/** Resolves once gossip has its stream to another: before, it would have nowhere to send. */
async function speaks(one: Gossiper, other: Gossiper): Promise<void> {
  while (streamsTo(one, other).length === 0) await upkeep(one, 1)
  await new Promise((resolve) => setImmediate(resolve))
}

function streamsTo({ host }: Gossiper, { signer }: Gossiper) {
  return host
    .getConnections(peerIdFromString(signer.peerId))
    .flatMap(({ streams }) => streams)
    .filter(({ direction, protocol }) => direction === 'outbound' && /meshsub/.test(protocol))
}

/** Resolves once it knows that these peers follow the telemetry, and no others. */
async function knows({ gossip, host, signer }: Gossiper, peers: readonly PeerId[]): Promise<void> {
  const expected = peers.filter((peerId) => peerId !== signer.peerId).sort()
  const isSo = () => `${[...gossip.peers(telemetryTopic)].sort()}` === `${expected}`
  if (isSo()) return
  await new Promise<void>((resolve) => {
    host.services.gossip.addEventListener('subscription-change', () => {
      if (isSo()) resolve()
    })
  })
}

/** Resolves once it knows that another follows the telemetry. */
async function knowsOf({ gossip, host }: Gossiper, { signer }: Gossiper): Promise<void> {
  const isSo = () => gossip.peers(telemetryTopic).includes(signer.peerId)
  if (isSo()) return
  await new Promise<void>((resolve) => {
    host.services.gossip.addEventListener('subscription-change', () => {
      if (isSo()) resolve()
    })
  })
}

async function openNetwork(): Promise<GossipNetwork> {
  const gossipers = await Promise.all([ana, ben, eve].map((signer) => openGossiper(signer)))
  const [one, two, three] = gossipers
  await Promise.all([connect(one!, two!), connect(one!, three!), connect(two!, three!)])
  const of = (signer: Signer) => gossipers.find((one) => one.signer === signer)!
  return {
    gossipOf: (signer) => of(signer).gossip,
    settled: async (peers) => {
      await Promise.all(gossipers.map((gossiper) => knows(gossiper, peers)))
    },
    send: async (from, topic, bytes) => {
      await of(from).host.services.gossip.publish(topic, bytes)
    },
    counters: (signer) => of(signer).counters.read(),
  }
}

describeGossip('gossip by gossipsub', openNetwork)

describe('scores', () => {
  test('silence who sends invalid messages, and nobody else', async () => {
    const [sender, follower, bad] = await Promise.all(
      [ana, ben, eve].map((one) => openGossiper(one)),
    )
    await Promise.all([connect(sender!, follower!), connect(bad!, follower!)])
    const heard = createSeen<number>()
    follower!.gossip.subscribe(telemetryTopic, ({ nonce }) => heard.add(Number.parseInt(nonce, 16)))
    await Promise.all([knows(sender!, [ben.peerId]), knows(bad!, [ben.peerId])])

    const now = Date.now()
    const send = (bytes: Uint8Array) =>
      bad!.host.services.gossip.publish(telemetryTopic.name, bytes)
    for (let i = 0; i < 3; i++) {
      await send(bytesOf({ ...heartbeatBy(eve, i, now), peer_id: ana.peerId }))
    }
    await upkeep(follower!, 2)
    expect(follower!.gossip.scoreOf(eve.peerId)).toBeLessThan(scoreThresholds.graylistThreshold)

    // For a second yet gossipsub goes by what it thought of the peer before.
    await upkeep(follower!, 2)
    await send(bytesOf(heartbeatBy(ana, 100, now)))
    const expected = Array.from({ length: 20 }, (_, i) => i + 1)
    for (const i of expected) await sender!.gossip.publish(telemetryTopic, heartbeatBy(ana, i, now))
    expect(await heard.count(20)).toEqual(expected)
    expect(follower!.counters.read()).toEqual({
      'gossip.accept': 20,
      'gossip.accept/vcp/1/telemetry': 20,
      'gossip.reject.SIGNATURE_INVALID': 3,
    })
    expect(follower!.gossip.scoreOf(ana.peerId)).toBeGreaterThanOrEqual(0)
  })

  test('hold nothing against who forwards what others made, be it stale', async () => {
    const [sender, relay, end] = await Promise.all([
      openGossiper(ana),
      openGossiper(signerOf(3)),
      openGossiper(ben),
    ])
    await Promise.all([connect(sender!, relay!), connect(relay!, end!)])
    const heard = createSeen<number>()
    end!.gossip.subscribe(telemetryTopic, ({ nonce }) => heard.add(Number.parseInt(nonce, 16)))
    relay!.gossip.subscribe(telemetryTopic, () => undefined)
    await Promise.all([knowsOf(sender!, relay!), knowsOf(relay!, end!)])
    for (let i = 1; i <= 40; i++) {
      const atMs = Date.now() - (i % 2) * 3_600_000
      await sender!.gossip.publish(telemetryTopic, heartbeatBy(ana, i, atMs))
    }
    await heard.count(20)
    await upkeep(end!, 2)
    expect(relay!.gossip.scoreOf(ana.peerId)).toBeGreaterThanOrEqual(0)
    expect(end!.gossip.scoreOf(relay!.signer.peerId)).toBeGreaterThanOrEqual(0)
  })
})

test('what waits for a peer that does not read is dropped before there is too much', async () => {
  const [speaker, deaf] = await Promise.all([openGossiper(ana), openGossiper(eve)])
  for (const name of deaf!.host.getProtocols().filter((each) => /meshsub/.test(each))) {
    await deaf!.host.handle(name, (stream) => stream.pause(), { force: true })
  }
  deaf!.gossip.subscribe(telemetryTopic, () => undefined)
  await connect(speaker!, deaf!)
  await knows(speaker!, [eve.peerId])
  const [stream] = streamsTo(speaker!, deaf!)
  const { gossip } = speaker!.host.services
  const bytes = Buffer.alloc(65_536)
  for (let sent = 0; sent < 40_000_000; sent += bytes.length) {
    bytes.writeUInt32LE(sent)
    await gossip.publish(nameIn('vcp', telemetryTopic.name), Uint8Array.from(bytes))
  }
  expect(stream!.status).toBe('aborted')
  expect(stream!.writeBufferLength).toBe(0)
  expect(speaker!.host.getConnections()).toHaveLength(1)
})

describe('networks', () => {
  test('of different names hear nothing of each other', async () => {
    const [one, other, stranger] = await Promise.all([
      openGossiper(ana),
      openGossiper(ben),
      openGossiper(eve, 'staging'),
    ])
    const strange = createSeen<number>()
    stranger!.gossip.subscribe(telemetryTopic, () => strange.add(1))
    const heard = createSeen<number>()
    other!.gossip.subscribe(telemetryTopic, () => heard.add(1))
    await one!.host.dial(stranger!.host.getMultiaddrs())
    await connect(one!, other!)
    await knows(one!, [ben.peerId])
    expect(await one!.gossip.publish(telemetryTopic, heartbeatBy(ana, 1, Date.now()))).toBe(1)
    await heard.count(1)
    expect(strange.all).toEqual([])
    const theirs = stranger!.host.getProtocols()
    const both = one!.host.getProtocols().filter((name) => theirs.includes(name))
    // These have fixed names; gossipsub's topics have the network's.
    expect(both.filter((name) => !/meshsub|circuit/.test(name))).toEqual([])
    expect(nameIn('staging', telemetryTopic.name)).toBe('/staging/1/telemetry')
  })
})

/** Resolves after so many rounds of gossipsub's upkeep, in which it reckons its scores anew. */
async function upkeep({ host }: Gossiper, count: number): Promise<void> {
  const seen = createSeen<number>()
  host.services.gossip.addEventListener('gossipsub:heartbeat', () => seen.add(1))
  await seen.count(count)
}
