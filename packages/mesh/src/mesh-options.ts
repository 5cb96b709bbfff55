import type { Signer } from '@vcp/protocol'
import type { Roster } from './gossip/inbox.ts'
import type { ProfileName } from './host/profiles.ts'

export interface MeshOptions {
  /** The node key: who this host is. */
  readonly signer: Signer
  readonly profile: ProfileName
  /** What the program knows of nodes, coordinators and their log. */
  readonly roster: Roster
  /** Peers of other networks have nothing to say to this one. `vcp` unless said otherwise. */
  readonly network?: string
  /** Multiaddrs; the profile's own unless said otherwise. One with `/quic-v1` asks for QUIC. */
  readonly listen?: readonly string[]
  /** Multiaddrs under which others are told to find it, in place of those it finds itself. */
  readonly announce?: readonly string[]
  /** Multiaddrs, with peer ids, to begin with and to stay connected to. */
  readonly bootstrap?: readonly string[]
  /** Whether it carries the traffic of peers that cannot be reached themselves. */
  readonly relay?: boolean
  /** The profile's own unless said otherwise. */
  readonly connectionsMax?: number
  readonly now?: () => number
}
