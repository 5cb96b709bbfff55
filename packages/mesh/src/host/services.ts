// The services of a host, in libp2p's words.
import { identify, identifyPush } from '@libp2p/identify'
import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import type { Conduct } from '../conduct.ts'
import { gossipsubService } from '../gossip/gossipsub-gossip.ts'
import { nameIn } from './network.ts'
import type { Profile } from './profiles.ts'

/**
 * What a relay grants each connection it carries: libp2p's own 128 KiB would not carry one blob.
 */
const relayed = { bytes: 1n << 32n, durationMs: 3_600_000, peers: 500 }

/**
 * A host tries its connections with the same protocol as `peers.ping`, and cuts those on which it
 * cannot; with libp2p's limit of one at a time, it cut a connection that was just being pinged. As
 * many again may have ended at this end and not yet at the other.
 */
const pingsAtOnce = 4

/**
 * How long a connection that is tried may take to answer: libp2p's patience, five seconds at first,
 * cuts connections to a peer that is only busy. The end that echoes has as much.
 */
export const patienceMs = 30_000

export interface ServiceChoice {
  readonly network: string
  readonly profile: Profile
  readonly relay: boolean
  readonly conduct: Conduct
}

/** What every host has. */
export function commonServices({ network, profile, conduct }: ServiceChoice) {
  return {
    identify: identify({ protocolPrefix: network, runOnLimitedConnection: true }),
    identifyPush: identifyPush({ protocolPrefix: network, runOnLimitedConnection: true }),
    ping: ping({
      protocolPrefix: network,
      maxOutboundStreams: pingsAtOnce,
      maxInboundStreams: 2 * pingsAtOnce,
      timeout: patienceMs,
    }),
    gossip: gossipsubService(network, conduct),
    dht: kadDHT({
      protocol: nameIn(network, '/vcp/kad/1.0.0'),
      // Private addresses are all there are on one machine or in one office.
      peerInfoMapper: profile.dialsPrivate ? passthroughMapper : removePrivateAddressesMapper,
      // From outside, who can be reached serves, which libp2p finds out; inside, everybody can.
      ...(profile.reachesOut ? {} : { clientMode: false }),
    }),
  }
}

/** What only some have, and only they load. */
export async function choiceServices({ network, profile, relay }: ServiceChoice) {
  return {
    ...(profile.reachesOut ? await reachingServices(network) : {}),
    ...(relay ? { relay: await relayService() } : {}),
  }
}

async function reachingServices(network: string) {
  const [{ autoNAT }, { dcutr }, { uPnPNAT }] = await Promise.all([
    import('@libp2p/autonat'),
    import('@libp2p/dcutr'),
    import('@libp2p/upnp-nat'),
  ])
  return { autoNAT: autoNAT({ protocolPrefix: network }), dcutr: dcutr(), upnp: uPnPNAT() }
}

async function relayService() {
  const { circuitRelayServer } = await import('@libp2p/circuit-relay-v2')
  const { peers, bytes, durationMs } = relayed
  const reservations = {
    maxReservations: peers,
    defaultDataLimit: bytes,
    defaultDurationLimit: durationMs,
  }
  return circuitRelayServer({ reservations })
}
