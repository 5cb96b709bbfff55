// A signed message. What is signed names its type, its signer, a nonce and a time, so that a
// signature made for one purpose, one node or one moment is worth nothing for another.
import * as z from 'zod'
import { OfferAnswer, Progress } from './assignment.ts'
import { encodeCanonical } from './canonical.ts'
import { Commitment } from './commitment.ts'
import { Nonce, PeerId, Signature } from './ids.ts'
import { parse } from './json.ts'
import { isSignedBy, type Signer, type VerifySignature } from './keys.ts'
import { limits } from './limits.ts'
import { Registration } from './node.ts'
import { type Outcome, pass, refuse } from './outcome.ts'
import { AtMs } from './quantities.ts'
import { Receipt } from './receipt.ts'
import { RoundNotice } from './round.ts'
import { Telemetry } from './telemetry.ts'
import { Update } from './update.ts'

/** Every type of signed message: a type added here can be signed, opened, and nothing else. */
export const payloadSchemas = {
  registration: Registration,
  heartbeat: Telemetry,
  'offer-answer': OfferAnswer,
  progress: Progress,
  commitment: Commitment,
  receipt: Receipt,
  update: Update,
  'round-notice': RoundNotice,
} as const satisfies Record<string, z.ZodType>

export type MessageType = keyof typeof payloadSchemas
export type PayloadOf<Type extends MessageType> = z.infer<(typeof payloadSchemas)[Type]>

const envelopeFields = { peer_id: PeerId, nonce: Nonce, at_ms: AtMs, signature: Signature }

/** A type, not an interface, so that it is plain data to the encoder. */
export type Envelope<Type extends MessageType> = {
  readonly type: Type
  readonly payload: PayloadOf<Type>
  readonly peer_id: PeerId
  readonly nonce: Nonce
  /** When the signer made it, by its own clock. */
  readonly at_ms: number
  readonly signature: Signature
}

/** The schema of one type of envelope. */
export function envelopeSchema<Type extends MessageType>(type: Type): z.ZodType<Envelope<Type>> {
  const schema = z.strictObject({
    type: z.literal(type),
    payload: payloadSchemas[type],
    ...envelopeFields,
  })
  return schema as unknown as z.ZodType<Envelope<Type>>
}

export interface Stamp {
  readonly nonce: Nonce
  readonly atMs: number
}

export function signMessage<Type extends MessageType>(
  type: Type,
  payload: PayloadOf<Type>,
  signer: Signer,
  { nonce, atMs }: Stamp,
): Envelope<Type> {
  const unsigned = { type, payload, peer_id: signer.peerId, nonce, at_ms: atMs }
  return { ...unsigned, signature: signer.sign(signedBytes(unsigned)) }
}

/** Checks form and signature. Evidence stays valid for ever; freshness is asked separately. */
export function openEnvelope<Type extends MessageType>(
  type: Type,
  value: unknown,
  verify?: VerifySignature,
): Outcome<Envelope<Type>> {
  const parsed = parse(envelopeSchemas[type], value)
  if (!parsed.ok) return parsed
  const envelope = parsed.value as unknown as Envelope<Type>
  return checkSigned(envelope, verify)
}

/** As `openEnvelope`, of what has passed its schema already. */
export function checkSigned<Type extends MessageType>(
  envelope: Envelope<Type>,
  verify?: VerifySignature,
): Outcome<Envelope<Type>> {
  const { type, peer_id, signature } = envelope
  if (isSignedBy(peer_id, signedBytes(envelope), signature, verify)) return pass(envelope)
  return refuse('SIGNATURE_INVALID', `the ${type} is not signed by ${peer_id}`)
}

/** Whether a message is of now: neither too old nor from the future. */
export function checkFreshness(
  { at_ms }: Pick<Envelope<MessageType>, 'at_ms'>,
  nowMs: number,
  freshForMs: number = limits.messageFreshnessMs,
): Outcome<null> {
  if (at_ms > nowMs + limits.messageClockSkewMs) {
    return refuse('MESSAGE_FROM_FUTURE', `made ${at_ms - nowMs} ms in the future`)
  }
  if (at_ms < nowMs - freshForMs - limits.messageClockSkewMs) {
    return refuse('MESSAGE_STALE', `made ${nowMs - at_ms} ms ago; at most ${freshForMs} are taken`)
  }
  return pass(null)
}

const envelopeSchemas = Object.fromEntries(
  (Object.keys(payloadSchemas) as MessageType[]).map((type) => [type, envelopeSchema(type)]),
) as { readonly [Type in MessageType]: z.ZodType<Envelope<Type>> }

function signedBytes(unsigned: Omit<Envelope<MessageType>, 'signature'>): Uint8Array {
  const { type, payload, peer_id, nonce, at_ms } = unsigned
  return encodeCanonical(['vcp/signed-message/1', type, peer_id, nonce, at_ms, payload])
}
