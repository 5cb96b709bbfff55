// SHA-256 by the engine of the machine: a coordinator hashes every entry twice.
import { hash } from 'node:crypto'
import type { Digest } from '@vcp/protocol'

export function nativeSha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

export function nativeDigest(bytes: Uint8Array): Digest {
  return hash('sha256', bytes) as Digest
}
