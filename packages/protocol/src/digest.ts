import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { type Canonical, encodeCanonical } from './canonical.ts'
import type { Digest } from './ids.ts'

export function sha256(bytes: Uint8Array): Digest {
  return bytesToHex(sha256Bytes(bytes)) as Digest
}

/**
 * The digest of a value's canonical bytes. `domain` keeps digests of different things apart;
 * `digest` is for whoever has a faster SHA-256 than ours, which runs anywhere.
 */
export function digestOf(
  domain: string,
  value: Canonical,
  digest: (bytes: Uint8Array) => Digest = sha256,
): Digest {
  return digest(encodeCanonical([domain, value]))
}
