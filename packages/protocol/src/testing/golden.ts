// What the files under `vectors/` hold, made anew: a test compares, so that a change of the wire
// cannot pass unnoticed. Made from the test keys of `samples.ts`.
import { bytesToHex } from '@noble/hashes/utils.js'
import { encodeCanonical } from '../canonical.ts'
import { makeCheckpoint } from '../checkpoint.ts'
import { cidOf } from '../cid.ts'
import { commitmentOf, resultDigest } from '../commitment.ts'
import { sha256 } from '../digest.ts'
import { type MessageType, type PayloadOf, signMessage } from '../envelope.ts'
import { leafBytes } from '../ledger-event.ts'
import { writeLedgerLine } from '../ledger-file.ts'
import { leafHash, merkleRoot } from '../merkle.ts'
import { writeVerifierKey } from '../signed-note.ts'
import { taskDigest } from '../tasks/task.ts'
import { taskTypes } from '../tasks/task-type.ts'
import { toDigests } from '../tree-head.ts'
import { streams } from './golden-streams.ts'
import { entriesOf, evidenceOf, knownLog, logSigner, receiptBy } from './log.ts'
import {
  ana,
  atMs,
  ben,
  blob,
  digest,
  nonce,
  receipt,
  registration,
  roundId,
  taskId,
  taskOf,
  telemetry,
} from './samples.ts'

/** A payload of every type of signed message; a new type does not compile without one. */
const payloads: { readonly [Type in MessageType]: PayloadOf<Type> } = {
  registration,
  heartbeat: telemetry,
  'offer-answer': { answer: 'accept', task_id: taskId, lease_epoch: 1 },
  progress: { task_id: taskId, lease_epoch: 1, phase: 'running', percent: 12.5, gas: 1_000 },
  commitment: commitmentOf(ana.peerId, receipt),
  receipt,
  update: {
    round_id: roundId,
    task_id: taskId,
    lease_epoch: 1,
    base_model: blob,
    delta: blob,
    delta_digest: digest,
    examples: null,
    privacy: { epsilon: 0.5, delta: 1e-5, noise_multiplier: 1.1, clip_norm: 1, steps: 20 },
    trained_at_ms: atMs,
  },
  'round-notice': {
    notice: 'opened',
    round_id: roundId,
    task_id: taskId,
    number: 1,
    model: blob,
    closes_at_ms: atMs + 60_000,
  },
}

function messages() {
  const vectors = (Object.keys(payloads) as MessageType[]).map((type) => {
    const envelope = signMessage(type, payloads[type], ana, { nonce, atMs })
    const bytes = encodeCanonical({ ...envelope })
    return { envelope, canonical: bytesToHex(bytes), cid: cidOf('dag-cbor', bytes) }
  })
  return {
    about:
      'Signed messages of every type. The signature is Ed25519 over the canonical bytes of ' +
      '["vcp/signed-message/1", type, peer_id, nonce, at_ms, payload]. The secret is public: it ' +
      'is for tests alone.',
    secret: 'a1'.repeat(32),
    peer_id: ana.peerId,
    vectors,
  }
}

function tasks() {
  const vectors = taskTypes.map((type) => {
    const task = taskOf(type)
    const bytes = encodeCanonical(['vcp/task/1', task])
    return { task, canonical: bytesToHex(bytes), task_digest: taskDigest(task) }
  })
  return {
    about:
      'Tasks of every type with all defaults filled in. The digest is SHA-256 over the canonical ' +
      'bytes of ["vcp/task/1", task].',
    vectors,
  }
}

function commitments() {
  const vectors = [ana, ben].map(({ peerId }) => ({
    peer_id: peerId,
    commitment: commitmentOf(peerId, receipt),
  }))
  return {
    about:
      'Commitments of two nodes to one result: equal result hashes, different seals. ' +
      'result_digest is SHA-256 over the canonical bytes of ["vcp/result/1", fields of the ' +
      'receipt].',
    receipt,
    result_digest: resultDigest(receipt),
    vectors,
  }
}

function ledger() {
  const entries = entriesOf([
    {
      type: 'task-submitted',
      task_id: taskId,
      owner_id: taskId as never,
      task_digest: taskDigest(taskOf('wasm_execution')),
      task: taskOf('wasm_execution'),
    },
    { type: 'receipt-revealed', receipt: receiptBy(ana) },
    {
      type: 'credits-moved',
      from: { kind: 'escrow', task_id: taskId },
      to: { kind: 'issuer' },
      amount_micro: 5,
      reason: 'refunded',
      task_id: taskId,
    },
  ])
  const vectors = entries.map((entry) => {
    const bytes = leafBytes(entry)
    const [hash] = toDigests([leafHash(bytes)])
    return { entry, canonical: bytesToHex(bytes), sha256: sha256(bytes), leaf_hash: hash }
  })
  return {
    about:
      'Entries of the log. The leaf of the Merkle tree is the canonical bytes of the entry; its ' +
      'hash is SHA-256 over 0x00 and the leaf (RFC 6962). `previous` is SHA-256 over the ' +
      'canonical bytes of ["vcp/ledger-entry/1", entry before].',
    vectors,
  }
}

function ledgerFile() {
  const credits = { type: 'credits-moved', amount_micro: 5, task_id: taskId } as const
  const issuer = { kind: 'issuer' } as const
  const escrow = { kind: 'escrow', task_id: taskId } as const
  const entries = entriesOf([
    { ...credits, from: issuer, to: escrow, reason: 'issued' },
    { type: 'receipt-revealed', receipt: receiptBy(ana) },
    { ...credits, from: escrow, to: issuer, reason: 'refunded' },
  ])
  const [rootHash] = toDigests([merkleRoot(entries.map(leafBytes).map((leaf) => leafHash(leaf)))])
  const { origin } = knownLog
  const head = { origin, treeSize: entries.length, rootHash: rootHash! }
  const log_key = writeVerifierKey(knownLog.verifier)
  const checkpoint = makeCheckpoint(head, logSigner)
  const lines = [{ format: 'vcp-ledger/1' as const, log_key, checkpoint }, ...entries]
  return {
    about:
      'A log in a file: its lines, each ended by one newline, as `vcp ledger verify` takes them ' +
      'with the key of the log.',
    log_key,
    file: lines.map(writeLedgerLine).join(''),
  }
}

function evidence() {
  const output = new TextEncoder().encode('a blob')
  return {
    about:
      'Evidence for one result at the levels signed and replicated, with what is needed to ' +
      'check it: the key of the log, the task as submitted and the output.',
    log: { origin: knownLog.origin, verifier_key: writeVerifierKey(knownLog.verifier) },
    task_id: taskId,
    task: taskOf('wasm_execution'),
    output: bytesToHex(output),
    signed: evidenceOf([receiptBy(ana)]),
    replicated: evidenceOf([receiptBy(ana), receiptBy(ben)], 'replicated'),
  }
}

export const goldenFiles: Readonly<Record<string, () => object>> = {
  'messages.json': messages,
  'tasks.json': tasks,
  'commitments.json': commitments,
  'ledger.json': ledger,
  'ledger-file.json': ledgerFile,
  'evidence.json': evidence,
  'streams.json': streams,
}
