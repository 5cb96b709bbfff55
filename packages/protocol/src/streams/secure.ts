// A round of secure aggregation, as a node goes through it. It speaks when it has done a step, and
// is answered with what the next one needs, or that this is not there yet: then it asks again. What
// is said may come from anybody; what has to be believed is signed.
import * as z from 'zod'
import { Digest, PeerId, RoundId, Signature, TaskId } from '../ids.ts'
import { limits } from '../limits.ts'
import { Count } from '../quantities.ts'
import type { StreamProtocol } from './stream-protocol.ts'

const Hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const Peers = z.array(PeerId).max(limits.minNodesMax)

/** A node's keys for one round, signed by the node: unsigned ones the coordinator could swap. */
export const Advert = z.strictObject({
  round_id: RoundId,
  peer_id: PeerId,
  /** X25519: shares are sealed to it. */
  cipher_key: Hex32,
  /** X25519: pairs of nodes agree on their masks with it. */
  mask_key: Hex32,
  /** SHA-256 of the seed of the node's own mask: shows a share that is false. */
  seed_digest: Digest,
  signature: Signature,
})
export type Advert = z.infer<typeof Advert>

/** Shares of one node for one neighbour; the coordinator passes them on and cannot read them. */
export const SealedShares = z.strictObject({
  from: PeerId,
  to: PeerId,
  sealed: z.string().regex(/^[0-9a-f]{160}$/),
})
export type SealedShares = z.infer<typeof SealedShares>

export const SurvivorSignature = z.strictObject({ peer_id: PeerId, signature: Signature })
export type SurvivorSignature = z.infer<typeof SurvivorSignature>

/** One share of each node is asked for: of the seed of those whose words arrived, or of the mask
 *  key of those that went silent. */
export const UnmaskRequest = z.strictObject({
  survivors: Peers,
  dropped: Peers,
  signatures: z.array(SurvivorSignature).max(limits.minNodesMax),
})
export type UnmaskRequest = z.infer<typeof UnmaskRequest>

const ShareOf = z.strictObject({ of: PeerId, share: Hex32 })
const Shares = z.array(ShareOf).max(limits.secureNeighboursMax + 1)

export const UnmaskAnswer = z.strictObject({ from: PeerId, seeds: Shares, mask_keys: Shares })
export type UnmaskAnswer = z.infer<typeof UnmaskAnswer>

const Inbox = z.array(SealedShares).max(limits.secureNeighboursMax)

/** The steps of a node, in their order. */
export const SecureSaid = z.discriminatedUnion('step', [
  z.strictObject({ step: z.literal('keys'), advert: Advert }),
  z.strictObject({ step: z.literal('shares'), shares: Inbox }),
  /** They are an update, reported as any other. */
  z.strictObject({ step: z.literal('words') }),
  z.strictObject({ step: z.literal('survivors'), signature: Signature }),
  z.strictObject({ step: z.literal('opening'), answer: UnmaskAnswer }),
])
export type SecureSaid = z.infer<typeof SecureSaid>
export type SecureStep = SecureSaid['step']

export const SecureAsk = z.strictObject({
  task_id: TaskId,
  lease_epoch: Count,
  round_id: RoundId,
  said: SecureSaid,
})
export type SecureAsk = z.infer<typeof SecureAsk>

export const SecureAnswer = z.discriminatedUnion('next', [
  /** Others have not come so far: to be asked again, with the same words. */
  z.strictObject({ next: z.literal('wait') }),
  z.strictObject({ next: z.literal('share'), adverts: z.array(Advert).max(limits.minNodesMax) }),
  z.strictObject({ next: z.literal('mask'), inbox: Inbox }),
  z.strictObject({ next: z.literal('sign'), survivors: Peers }),
  z.strictObject({ next: z.literal('open'), request: UnmaskRequest }),
  /** Nothing more is asked of the node in this round. */
  z.strictObject({ next: z.literal('rest') }),
])
export type SecureAnswer = z.infer<typeof SecureAnswer>

/** Node to coordinator. An answer is held back for a while where it is not there yet. */
export const secureProtocol: StreamProtocol<SecureAsk, SecureAnswer> = {
  id: '/vcp/secure/1',
  ask: SecureAsk,
  answer: SecureAnswer,
  askBytesMax: limits.secureAskBytesMax,
  answerBytesMax: limits.secureAnswerBytesMax,
  payloadBytesMax: 0,
  deadlineMs: limits.streamDeadlineMs,
  asksPerSecond: limits.secureAsksPerSecondMax,
}
