import assert from 'node:assert/strict'
import {
  type AccountId,
  type ConsistencyProof,
  checkConsistency,
  checkInclusion,
  consistencyProof,
  type Digest,
  digestOf,
  type InclusionProof,
  inclusionProof,
  type LedgerEntry,
  type LedgerEvent,
  leafBytes,
  leafHash,
  makeCheckpoint,
  merkleRoot,
  type NoteVerifier,
  noteVerifier,
  type Outcome,
  openCheckpoint,
  publicKeyOf,
  type Signer,
  signerFrom,
  type TreeHead,
  toDigests,
  uuidV7From,
  writeVerifierKey,
} from '@vcp/protocol'
import type { Host } from '../host.ts'
import { type Demonstration, fact, step } from './demonstration.ts'

const origin = 'demo.invalid/log'

/** The log: every entry has a place, and history cannot be rewritten quietly. */
export const ledger: Demonstration = {
  name: 'ledger',
  about: 'what is in a log can be shown, and what was in it cannot be taken out',
  async run({ host }) {
    const signer = signerFrom(host.randomBytes(32))
    const entries = openAccounts(host, 1_000)
    const log = logOf(entries)
    const older = log.headAt(600)
    const newer = log.headAt(entries.length)
    const note = makeCheckpoint({ origin, ...newer }, signer)
    const head = openCheckpoint(note, { origin, verifier: verifierOf(signer) })

    const place = 421
    const entry = entries[place] as LedgerEntry
    const inclusion = log.inclusion(place)
    const included = checkInclusion(inclusion, leafBytes(entry), newer)
    const later = { ...entry, at_ms: entry.at_ms + 1 }
    const changed = checkInclusion(inclusion, leafBytes(later), newer)

    const grown = checkConsistency(log.consistency(older.treeSize), older, newer)
    const without = logOf(entries.filter(({ index }) => index !== place))
    const rewritten = checkConsistency(
      without.consistency(older.treeSize),
      older,
      without.headAt(entries.length - 1),
    )
    return [
      step('1,000 entries are logged; their head is signed', head.ok, newer.rootHash),
      fact('whom to believe: the key of this log', writeVerifierKey(verifierOf(signer))),
      step(
        `entry ${place} is shown to be in the log`,
        included.ok,
        `by ${inclusion.hashes.length} hashes`,
      ),
      step('the entry with its time changed is refused', !changed.ok, reasonOf(changed)),
      step('the log of 1,000 continues the log of 600', grown.ok, older.rootHash),
      step(`a log without entry ${place} is refused`, !rewritten.ok, reasonOf(rewritten)),
    ]
  },
}

function openAccounts(host: Host, count: number): readonly LedgerEntry[] {
  let previous: Digest | null = null
  return Array.from({ length: count }, (_, index) => {
    const accountId = uuidV7From(host.nowMs(), host.randomBytes(10)) as AccountId
    const event: LedgerEvent = { type: 'account-opened', account_id: accountId }
    const entry: LedgerEntry = { index, at_ms: host.nowMs(), previous, event }
    previous = digestOf('vcp/ledger-entry/1', entry)
    return entry
  })
}

/** A whole log in memory: heads and proofs, as the wire has them. */
function logOf(entries: readonly LedgerEntry[]) {
  const hashes = entries.map((entry) => leafHash(leafBytes(entry)))
  return {
    headAt(treeSize: number): TreeHead {
      const root = merkleRoot(hashes.slice(0, treeSize))
      return { treeSize, rootHash: toDigests([root])[0] as Digest }
    },
    inclusion: (index: number): InclusionProof => ({
      leaf_index: index,
      tree_size: hashes.length,
      hashes: toDigests(inclusionProof(hashes, index)),
    }),
    consistency: (oldSize: number): ConsistencyProof => ({
      old_size: oldSize,
      new_size: hashes.length,
      hashes: toDigests(consistencyProof(hashes, oldSize)),
    }),
  }
}

function verifierOf(signer: Signer): NoteVerifier {
  const publicKey = publicKeyOf(signer.peerId)
  assert(publicKey !== null)
  return noteVerifier(origin, publicKey)
}

function reasonOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'accepted' : outcome.reason
}
