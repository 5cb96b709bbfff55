// What is said in a round of secure aggregation, as data. All of it may come from anybody.
import {
  type Canonical,
  digestOf,
  encodeCanonical,
  limits,
  PeerId,
  RoundId,
  Signature,
} from '@vcp/protocol'
import * as z from 'zod'

const Hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const Peers = z.array(PeerId).max(limits.minNodesMax)

/** A node's keys for one round, signed by the node: unsigned ones the server could swap. */
export const Advert = z.strictObject({
  round_id: RoundId,
  peer_id: PeerId,
  /** X25519: shares are sealed to it. */
  cipher_key: Hex32,
  /** X25519: pairs of nodes agree on their masks with it. */
  mask_key: Hex32,
  /** SHA-256 of the seed of the node's own mask: shows a share that is false. */
  seed_digest: Hex32,
  signature: Signature,
})
export type Advert = z.infer<typeof Advert>

/** Shares of one node for one neighbour; the server passes them on and cannot read them. */
export const SealedShares = z.strictObject({
  from: PeerId,
  to: PeerId,
  sealed: z.string().regex(/^[0-9a-f]{160}$/),
})
export type SealedShares = z.infer<typeof SealedShares>

/** Words modulo 2^32; the bytes travel as a blob. */
export interface Masked {
  readonly from: PeerId
  readonly words: Uint32Array
}

export const SurvivorSignature = z.strictObject({ peer_id: PeerId, signature: Signature })
export type SurvivorSignature = z.infer<typeof SurvivorSignature>

/** The server asks for one share of each node: of the seed of those whose words arrived, or of the
 *  mask key of those that went silent. */
export const UnmaskRequest = z.strictObject({
  survivors: Peers,
  dropped: Peers,
  signatures: z.array(SurvivorSignature).max(limits.minNodesMax),
})
export type UnmaskRequest = z.infer<typeof UnmaskRequest>

const ShareOf = z.strictObject({ of: PeerId, share: Hex32 })
const Shares = z.array(ShareOf).max(limits.minNodesMax)

export const UnmaskAnswer = z.strictObject({ from: PeerId, seeds: Shares, mask_keys: Shares })
export type UnmaskAnswer = z.infer<typeof UnmaskAnswer>

export function advertBytes({ signature: _, ...signed }: Advert): Uint8Array {
  return encodeCanonical(['vcp/secure/advert/1', signed])
}

/** A name for everything that all nodes have to have seen alike. */
export function rosterDigest(adverts: readonly Advert[]): string {
  const inOrder = [...adverts].sort((one, other) => (one.peer_id < other.peer_id ? -1 : 1))
  return digestOf(
    'vcp/secure/roster/1',
    inOrder.map(({ signature: _, ...each }) => each),
  )
}

/** What a node signs before it opens anything: whose words arrived, in this round, with these keys.
 *  */
export function survivorBytes(roster: string, survivors: readonly PeerId[]): Uint8Array {
  const value: Canonical = ['vcp/secure/survivors/1', { roster, survivors: [...survivors].sort() }]
  return encodeCanonical(value)
}
