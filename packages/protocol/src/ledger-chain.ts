import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import { encodeCanonical } from './canonical.ts'
import type { Digest } from './ids.ts'
import type { Sha256 } from './merkle.ts'

/** `[domain, entry]` up to where the bytes of the entry begin: in place of them stands one null. */
const prefix = encodeCanonical(['vcp/ledger-entry/1', null]).slice(0, -1)

/**
 * What the next entry names as `previous`: the digest of the entry whose leaf this is. It is
 * `digestOf('vcp/ledger-entry/1', entry)`, without encoding the entry a second time.
 */
export function entryDigest(leaf: Uint8Array, hash: Sha256 = sha256): Digest {
  return bytesToHex(hash(concatBytes(prefix, leaf))) as Digest
}
