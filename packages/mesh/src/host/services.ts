// The services of a host, in libp2p's words.
import { autoNAT } from '@libp2p/autonat'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { dcutr } from '@libp2p/dcutr'
import { identify, identifyPush } from '@libp2p/identify'
import { kadDHT, passthroughMapper, removePrivateAddressesMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { uPnPNAT } from '@libp2p/upnp-nat'
import type { Conduct } from '../conduct.ts'
import { gossipsubService } from '../gossip/gossipsub-gossip.ts'
import { nameIn } from './network.ts'
import type { Profile } from './profiles.ts'

/**
 * What a relay grants each connection it carries: libp2p's own 128 KiB would not carry one blob.
 */
const relayed = { bytes: 1n << 32n, durationMs: 3_600_000, peers: 500 }

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
    ping: ping({ protocolPrefix: network }),
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

/** What only some have. */
export function choiceServices({ network, profile, relay }: ServiceChoice) {
  return {
    ...(profile.reachesOut
      ? { autoNAT: autoNAT({ protocolPrefix: network }), dcutr: dcutr(), upnp: uPnPNAT() }
      : {}),
    ...(relay
      ? {
          relay: circuitRelayServer({
            reservations: {
              maxReservations: relayed.peers,
              defaultDataLimit: relayed.bytes,
              defaultDurationLimit: relayed.durationMs,
            },
          }),
        }
      : {}),
  }
}
