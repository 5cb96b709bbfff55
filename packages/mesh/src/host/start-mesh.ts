// Puts a host together: the one place where its parts meet.
import { peerIdFromString } from '@libp2p/peer-id'
import { createConduct } from '../conduct.ts'
import { createCounters } from '../counters.ts'
import { createGossipsubGossip } from '../gossip/gossipsub-gossip.ts'
import { createInbox } from '../gossip/inbox.ts'
import type { Mesh } from '../mesh.ts'
import type { MeshOptions } from '../mesh-options.ts'
import { createLibp2pStreams } from '../streams/libp2p-streams.ts'
import { createNativeVerify } from '../verify-natively.ts'
import { createKeeper, peerIdIn } from './keep.ts'
import { defaultNetwork } from './network.ts'
import { type Host, openHost, startHost } from './open-host.ts'
import { peersOf } from './peers.ts'
import { profiles } from './profiles.ts'

export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const { signer, roster, bootstrap = [], network = defaultNetwork, now = Date.now } = options
  for (const address of bootstrap) peerIdIn(address)
  const counters = createCounters()
  let host: Host | null = null
  const conduct = createConduct(now, (peerId) => {
    counters.count('peer.shunned')
    // A connection that does not end in order is not used again either: the gater sees to that.
    host?.hangUp(peerIdFromString(peerId)).then(undefined, () => undefined)
  })
  const opened = await openHost(options, conduct)
  host = opened
  const verify = createNativeVerify()
  const inbox = createInbox({ roster, now, verify, counters, conduct })
  const gossip = createGossipsubGossip(network, opened.services.gossip, inbox)
  await startHost(opened)
  const streams = createLibp2pStreams({ host: opened, network, now, counters, conduct })
  const keeper = createKeeper(opened)
  for (const address of bootstrap) keeper.keep(address)
  if (profiles[options.profile].multicast) dialDiscovered(opened)

  return {
    peerId: signer.peerId,
    gossip,
    streams,
    peers: peersOf(opened, keeper, conduct),
    counters: () => counters.read(),
    async stop() {
      keeper.stop()
      streams.close()
      await opened.stop()
    },
  }
}

/** libp2p remembers whom it finds on the local network, and leaves the rest to others. */
function dialDiscovered(host: Host): void {
  host.addEventListener('peer:discovery', ({ detail: { id } }) => {
    const isKnown = host.getPeers().some((peer) => peer.equals(id))
    // Whoever cannot be reached is found again with the next query.
    if (!isKnown) host.dial(id).then(undefined, () => undefined)
  })
}
