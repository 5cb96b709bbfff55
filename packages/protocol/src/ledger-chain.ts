import { encodeCanonical } from './canonical.ts'
import { sha256 } from './digest.ts'
import type { Digest } from './ids.ts'

/** `[domain, entry]` up to where the bytes of the entry begin: in place of them stands one null. */
const prefix = encodeCanonical(['vcp/ledger-entry/1', null]).slice(0, -1)

/**
 * What the next entry names as `previous`: the digest of the entry whose leaf this is. It is
 * `digestOf('vcp/ledger-entry/1', entry)`, without encoding the entry a second time. `digest` is
 * for whoever has a faster SHA-256 than ours, which runs anywhere.
 */
export function entryDigest(
  leaf: Uint8Array,
  digest: (bytes: Uint8Array) => Digest = sha256,
): Digest {
  const bytes = new Uint8Array(prefix.length + leaf.length)
  bytes.set(prefix)
  bytes.set(leaf, prefix.length)
  return digest(bytes)
}
