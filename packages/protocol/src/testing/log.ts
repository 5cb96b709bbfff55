// A log in memory, as small as one can be: enough to make evidence that is as real as any.
import { hexToBytes } from '@noble/hashes/utils.js'
import { Wallet } from 'ethers/wallet'
import { type KnownLog, makeCheckpoint } from '../checkpoint.ts'
import { commitmentOf } from '../commitment.ts'
import { digestOf } from '../digest.ts'
import { type Envelope, signMessage } from '../envelope.ts'
import type { Evidence } from '../evidence.ts'
import type { EvidenceLevel } from '../evidence-level.ts'
import { type Digest, OwnerAddress, type PeerId } from '../ids.ts'
import { publicKeyOf, type Signer, signerFrom } from '../keys.ts'
import { type LedgerEntry, type LedgerEvent, leafBytes } from '../ledger-event.ts'
import { inclusionProof, leafHash, merkleRoot } from '../merkle.ts'
import { nodeBindingHash, type SignedNodeBinding } from '../node-binding.ts'
import { noteVerifier } from '../signed-note.ts'
import { toDigests } from '../tree-head.ts'
import { ana, atMs, ben, nonce, receipt, taskId } from './samples.ts'

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

/** Wallets for tests, known to everybody: one for each of the nodes of `samples.ts`. */
export const wallets = {
  [ana.peerId]: new Wallet(`0x${'1a'.repeat(32)}`),
  [ben.peerId]: new Wallet(`0x${'2b'.repeat(32)}`),
}

function signBinding(peerId: PeerId, wallet: Wallet): SignedNodeBinding {
  const binding = {
    owner: OwnerAddress.parse(wallet.address.toLowerCase()),
    peer_id: peerId,
    network: 'test',
    issued_at_ms: atMs - 1_000,
    expires_at_ms: atMs + 1_000_000,
  }
  const digest = nodeBindingHash(binding)
  return { ...binding, signature: wallet.signingKey.sign(digest).serialized }
}

export const bindings: Readonly<Record<PeerId, SignedNodeBinding>> = {
  [ana.peerId]: signBinding(ana.peerId, wallets[ana.peerId]!),
  [ben.peerId]: signBinding(ben.peerId, wallets[ben.peerId]!),
}

/** Ben's node, bound by the wallet that owns Ana's. */
export const benOwnedByAna = signBinding(ben.peerId, wallets[ana.peerId]!)

const other: LedgerEvent = { type: 'task-failed', task_id: taskId, reason: 'something else' }

/** What a log of the receipts holds: everybody commits, then everybody reveals. */
export function eventsOf(receipts: readonly Envelope<'receipt'>[]): readonly LedgerEvent[] {
  return [other, ...receipts.map(committedOf), ...receipts.map(revealedOf), other]
}

export function committedOf({ peer_id, payload }: Envelope<'receipt'>): LedgerEvent {
  return { type: 'result-committed', peer_id, commitment: commitmentOf(peer_id, payload) }
}

export function revealedOf(signed: Envelope<'receipt'>): LedgerEvent {
  return { type: 'receipt-revealed', receipt: signed }
}

/** Evidence over receipts that a log of these events really holds. */
export function evidenceOf(
  receipts: readonly Envelope<'receipt'>[],
  level: EvidenceLevel = 'signed',
  events: readonly LedgerEvent[] = eventsOf(receipts),
): Evidence {
  const entries = entriesOf(events)
  const leaves = entries.map((entry) => leafHash(leafBytes(entry)))
  const [rootHash] = toDigests([merkleRoot(leaves)])
  const treeSize = entries.length
  const placed = (index: number) => ({
    entry: entries[index]!,
    inclusion: {
      leaf_index: index,
      tree_size: treeSize,
      hashes: toDigests(inclusionProof(leaves, index)),
    },
  })
  const placeOf = (event: LedgerEvent) => {
    const text = JSON.stringify(event)
    return events.findIndex((each) => JSON.stringify(each) === text)
  }
  return {
    task_id: taskId,
    level,
    receipts: receipts.map((signed) => ({
      receipt: signed,
      revealed: placed(placeOf(revealedOf(signed))),
      committed: receipts.length < 2 ? null : placed(placeOf(committedOf(signed))),
      binding: bindings[signed.peer_id] ?? null,
    })),
    checkpoint: makeCheckpoint({ origin, treeSize, rootHash: rootHash! }, logSigner),
  }
}
