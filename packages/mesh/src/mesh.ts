// One host of the mesh: who it is, whom it is connected to, gossip and streams over one libp2p
// node.
import type { PeerId } from '@vcp/protocol'
import type { Offence } from './conduct.ts'
import type { Counts } from './counters.ts'
import type { Gossip } from './gossip/gossip.ts'
import type { Reach } from './host/reach.ts'
import type { MeshOptions } from './mesh-options.ts'
import type { Streams } from './streams/streams.ts'

export interface Mesh {
  readonly peerId: PeerId
  readonly gossip: Gossip
  readonly streams: Streams
  readonly peers: Peers
  /** What was dropped, refused or cut since the start, by what it was and why. */
  counters(): Counts
  /** Ends every stream and connection. */
  stop(): Promise<void>
}

/** Whom this host is connected to, and how others reach it. */
export interface Peers {
  /** Multiaddrs with the peer id; they may change while the host runs. */
  addresses(): readonly string[]
  /** Whether others reach this host by itself, as far as anybody outside has told. */
  reach(): Reach
  connected(): readonly PeerId[]
  /** There may be several to one peer: through a relay, and directly since. */
  connections(): readonly PeerConnection[]
  /** Connects to a multiaddr once. Fails with `PEER_UNREACHABLE`. */
  connect(address: string): Promise<PeerId>
  /** Stays connected to a multiaddr that names its peer. The answer ends that. */
  keep(address: string): () => void
  disconnect(peerId: PeerId): Promise<void>
  /** Leaves a peer the one connection to it that was opened last. */
  disconnectOlder(peerId: PeerId): void
  onChange(listener: (change: PeerChange) => void): () => void
  /** Round trip in milliseconds. Fails with `PEER_UNREACHABLE`, at the latest after ten seconds. */
  ping(peerId: PeerId): Promise<number>
  /** 0 for a peer without blame; below -100 it is shunned. */
  conductOf(peerId: PeerId): number
  /** Holds an offence against a peer that only its program could see. */
  blame(peerId: PeerId, offence: Offence): void
}

export interface PeerConnection {
  readonly peerId: PeerId
  /** Where it leads to, as a multiaddr. */
  readonly address: string
  /** Whether this host dialled. */
  readonly isOurs: boolean
  readonly isRelayed: boolean
  /** Null: not measured yet. */
  readonly roundTripMs: number | null
  readonly openedAtMs: number
}

export interface PeerChange {
  readonly peerId: PeerId
  readonly isConnected: boolean
}

/** Starts a host. Loads libp2p, so a program that may not need one calls this as late as it can. */
export async function openMesh(options: MeshOptions): Promise<Mesh> {
  const { startMesh } = await import('./host/start-mesh.ts')
  return startMesh(options)
}
