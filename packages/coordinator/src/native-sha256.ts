import { hash } from 'node:crypto'

/** SHA-256 by the engine of the machine: a coordinator hashes every entry twice. */
export function nativeSha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}
