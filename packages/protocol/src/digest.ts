import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { type Canonical, encodeCanonical } from './canonical.ts'
import type { Digest } from './ids.ts'

export function sha256(bytes: Uint8Array): Digest {
  return bytesToHex(sha256Bytes(bytes)) as Digest
}

/** The digest of a value's canonical bytes. `domain` keeps digests of different things apart. */
export function digestOf(domain: string, value: Canonical): Digest {
  return sha256(encodeCanonical([domain, value]))
}
