// A log in memory, as small as one can be: enough to make evidence that is as real as any.
import { hexToBytes } from '@noble/hashes/utils.js'
import { type KnownLog, makeCheckpoint } from '../checkpoint.ts'
import { digestOf } from '../digest.ts'
import { type Envelope, signMessage } from '../envelope.ts'
import type { Evidence } from '../evidence.ts'
import type { EvidenceLevel } from '../evidence-level.ts'
import type { Digest } from '../ids.ts'
import { publicKeyOf, type Signer, signerFrom } from '../keys.ts'
import { type LedgerEntry, type LedgerEvent, leafBytes } from '../ledger-event.ts'
import { inclusionProof, leafHash, merkleRoot } from '../merkle.ts'
import { noteVerifier } from '../signed-note.ts'
import { toDigests } from '../tree-head.ts'
import { atMs, nonce, receipt, taskId } from './samples.ts'

export const origin = 'test.example/log'
export const logSigner = signerFrom(hexToBytes('c3'.repeat(32)))
export const knownLog: KnownLog = {
  origin,
  verifier: noteVerifier(origin, publicKeyOf(logSigner.peerId)!),
}

export function entriesOf(events: readonly LedgerEvent[]): readonly LedgerEntry[] {
  let previous: Digest | null = null
  return events.map((event, index) => {
    const entry: LedgerEntry = { index, at_ms: atMs + index, previous, event }
    previous = digestOf('vcp/ledger-entry/1', entry)
    return entry
  })
}

export function receiptBy(signer: Signer, change: object = {}): Envelope<'receipt'> {
  return signMessage('receipt', { ...receipt, ...change }, signer, { nonce, atMs })
}

/** Evidence over receipts that a log really holds, among other entries. */
export function evidenceOf(
  receipts: readonly Envelope<'receipt'>[],
  level: EvidenceLevel = 'signed',
): Evidence {
  const other: LedgerEvent = { type: 'task-failed', task_id: taskId, reason: 'something else' }
  const revealed = receipts.map(
    (signed): LedgerEvent => ({ type: 'receipt-revealed', receipt: signed }),
  )
  const entries = entriesOf([other, ...revealed, other])
  const leaves = entries.map((entry) => leafHash(leafBytes(entry)))
  const [rootHash] = toDigests([merkleRoot(leaves)])
  return {
    task_id: taskId,
    level,
    receipts: receipts.map((signed, i) => ({
      receipt: signed,
      entry: entries[i + 1]!,
      inclusion: {
        leaf_index: i + 1,
        tree_size: entries.length,
        hashes: toDigests(inclusionProof(leaves, i + 1)),
      },
    })),
    checkpoint: makeCheckpoint(
      { origin, treeSize: entries.length, rootHash: rootHash! },
      logSigner,
    ),
  }
}
