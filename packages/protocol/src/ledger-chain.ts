import { encodeCanonical, encoderUnder, type KnownPart } from './canonical.ts'
import { sha256 } from './digest.ts'
import type { Digest } from './ids.ts'
import type { LedgerEntry } from './ledger-event.ts'

const domain = 'vcp/ledger-entry/1'
const encodeEntry = encoderUnder(domain)

/** `[domain, entry]` up to where the bytes of the entry begin: in place of them stands one null. */
const prefix = encodeCanonical([domain, null]).slice(0, -1)

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

/** An entry as it is appended: its leaf, and what the next entry names as `previous`. */
export interface Link {
  readonly leaf: Uint8Array
  readonly digest: Digest
}

/** `leafBytes` and `entryDigest` of an entry. `part`: what of it was encoded before. */
export function linkOf(
  entry: LedgerEntry,
  digest: (bytes: Uint8Array) => Digest = sha256,
  part: KnownPart | null = null,
): Link {
  const { bytes, hashed } = encodeEntry(entry, part)
  return { leaf: bytes, digest: digest(hashed) }
}
