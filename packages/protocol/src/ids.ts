// Names for things, each with its own type, so that one cannot be passed for another.
import { bytesToHex } from '@noble/hashes/utils.js'
import * as z from 'zod'

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Made by the submitter (UUIDv7), so that sending a task twice is the same as sending it once. */
export const TaskId = z.string().length(36).regex(uuidV7).brand<'TaskId'>()
export type TaskId = z.infer<typeof TaskId>

/** One step of federated training (UUIDv7). */
export const RoundId = z.string().length(36).regex(uuidV7).brand<'RoundId'>()
export type RoundId = z.infer<typeof RoundId>

/** A person's account at one coordinator (UUIDv7). */
export const AccountId = z.string().length(36).regex(uuidV7).brand<'AccountId'>()
export type AccountId = z.infer<typeof AccountId>

/** The name people give a node, unique per owner. The key, `PeerId`, is the truth. */
export const NodeId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/)
  .brand<'NodeId'>()
export type NodeId = z.infer<typeof NodeId>

/** A node's Ed25519 public key as libp2p writes it; `keys.ts` converts. */
export const PeerId = z
  .string()
  .length(52)
  .regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/)
  .brand<'PeerId'>()
export type PeerId = z.infer<typeof PeerId>

/** An owner's EVM address, lower case on the wire; people are shown the checksummed form. */
export const OwnerAddress = z
  .string()
  .length(42)
  .regex(/^0x[0-9a-f]{40}$/)
  .brand<'OwnerAddress'>()
export type OwnerAddress = z.infer<typeof OwnerAddress>

/** SHA-256, lower-case hex: one spelling for one value, so equal strings mean equal bytes. */
export const Digest = z
  .string()
  .length(64)
  .regex(/^[0-9a-f]{64}$/)
  .brand<'Digest'>()
export type Digest = z.infer<typeof Digest>

/** 128 random bits, lower-case hex; makes a signed message unrepeatable. */
export const Nonce = z
  .string()
  .length(32)
  .regex(/^[0-9a-f]{32}$/)
  .brand<'Nonce'>()
export type Nonce = z.infer<typeof Nonce>

/** An Ed25519 signature, lower-case hex. */
export const Signature = z
  .string()
  .length(128)
  .regex(/^[0-9a-f]{128}$/)
  .brand<'Signature'>()
export type Signature = z.infer<typeof Signature>

/** A CIDv1 in base32 (`b...`) with a SHA-256 digest; `cid.ts` makes and checks them. */
export const Cid = z
  .string()
  .length(59)
  .regex(/^b[a-z2-7]{58}$/)
  .brand<'Cid'>()
export type Cid = z.infer<typeof Cid>

/** Where a node is, in its operator's words. */
export const Region = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[A-Za-z0-9_-]+$/)
export type Region = z.infer<typeof Region>

/** A UUIDv7 (RFC 9562) from a time and 10 random bytes. */
export function uuidV7From(atMs: number, random: Uint8Array): string {
  if (!Number.isSafeInteger(atMs) || atMs < 0 || atMs >= 2 ** 48) {
    throw new RangeError(`no UUIDv7 for the time ${atMs}`)
  }
  if (random.length !== 10) throw new RangeError('a UUIDv7 takes 10 random bytes')
  const bytes = Uint8Array.from(random)
  bytes[0] = 0x70 | ((bytes[0] ?? 0) & 0x0f)
  bytes[2] = 0x80 | ((bytes[2] ?? 0) & 0x3f)
  const tail = bytesToHex(bytes)
  const time = atMs.toString(16).padStart(12, '0')
  return [time.slice(0, 8), time.slice(8), tail.slice(0, 4), tail.slice(4, 8), tail.slice(8)].join(
    '-',
  )
}
