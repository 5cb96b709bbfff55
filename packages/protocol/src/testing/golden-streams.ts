// Questions and answers on direct streams, as the files under `vectors/` hold them.
import { bytesToHex } from '@noble/hashes/utils.js'
import { type Canonical, encodeCanonical } from '../canonical.ts'
import { signMessage } from '../envelope.ts'
import type { AccountId } from '../ids.ts'
import type { NodeInfo } from '../node.ts'
import { momentOf } from '../quantities.ts'
import { writeVerifierKey } from '../signed-note.ts'
import type { AssignAnswer, AssignAsk } from '../streams/assign.ts'
import type { BlobAnswer, BlobAsk } from '../streams/blob.ts'
import type { JoinAnswer, JoinAsk } from '../streams/join.ts'
import type { Report, ReportAnswer } from '../streams/report.ts'
import type { Advert, SecureAnswer, SecureSaid } from '../streams/secure.ts'
import { bindings, knownLog } from './log.ts'
import {
  ana,
  atMs,
  blob,
  capabilities,
  digest,
  nonce,
  receipt,
  registration,
  roundId,
  taskId,
  taskOf,
  telemetry,
} from './samples.ts'

const ofLease = { task_id: taskId, lease_epoch: 1 }
const task = taskOf('wasm_execution')

/** One of each kind; a kind that is added does not compile without one. */
const assignAsks: { readonly [Ask in AssignAsk['ask']]: AssignAsk & { readonly ask: Ask } } = {
  offer: {
    ask: 'offer',
    offer: { ...ofLease, peer_id: ana.peerId, lease_ends_at_ms: atMs, task, requester: digest },
  },
  withdraw: { ask: 'withdraw', ...ofLease, reason: 'the task was cancelled' },
  reveal: { ask: 'reveal', ...ofLease },
  train: {
    ask: 'train',
    ...ofLease,
    round: { round_id: roundId, number: 1, model: blob, closes_at_ms: atMs + 60_000 },
  },
  trace: { ask: 'trace', ...ofLease, level: 0, index: 0 },
  rerun: { ask: 'rerun', task_id: taskId, checkpoint: 3, task },
}

const assignAnswers: {
  readonly [Kind in AssignAnswer['answered']]: AssignAnswer & { readonly answered: Kind }
} = {
  offer: { answered: 'offer', answer: { answer: 'accept', ...ofLease } },
  noted: { answered: 'noted' },
  trace: { answered: 'trace', below: [digest, digest] },
}

const stamp = { nonce, atMs }
const shown = signMessage('receipt', receipt, ana, stamp)

const reports: { readonly [Kind in Report['report']]: Report & { readonly report: Kind } } = {
  signed: { report: 'signed', envelope: shown, output: null },
  'run-failed': {
    report: 'run-failed',
    ...ofLease,
    reason: 'the data set has no budget left',
    code: 'budget_spent',
  },
  rerun: { report: 'rerun', task_id: taskId, checkpoint: 3, leaf: digest },
}
const reportAnswer: ReportAnswer = { kept: true }

/** The blob that the receipt names. */
const output = new TextEncoder().encode('a blob')
const shownWhole: Report = { report: 'signed', envelope: shown, output }

const binding = bindings[ana.peerId]!
const joinAsks: { readonly [Ask in JoinAsk['ask']]: JoinAsk & { readonly ask: Ask } } = {
  register: {
    ask: 'register',
    run: nonce,
    registration: signMessage('registration', registration, ana, stamp),
    binding,
  },
  heartbeat: {
    ask: 'heartbeat',
    run: nonce,
    heartbeat: signMessage('heartbeat', telemetry, ana, stamp),
  },
  mode: { ask: 'mode', mode: 'draining' },
}

const { node_id, region, node_type } = registration
const node: NodeInfo = {
  ...{ node_id, region, node_type, capabilities, peer_id: ana.peerId },
  owner_id: taskId as string as AccountId,
  owner_address: binding.owner,
  health_score: null,
  status: 'online',
  mode: 'active',
  record: { succeeded: 0, failed: 0, disputes_lost: 0 },
  open_assignments: 0,
  registered_at: momentOf(atMs),
  last_seen: momentOf(atMs),
}

const joinAnswers: {
  readonly [Kind in JoinAnswer['answered']]: JoinAnswer & { readonly answered: Kind }
} = {
  registered: {
    answered: 'registered',
    node,
    terms: {
      network: 'test',
      http_url: 'http://127.0.0.1:8420',
      log_key: writeVerifierKey(knownLog.verifier),
      heartbeat_ms: 10_000,
      lease_ms: 30_000,
      at_ms: atMs,
    },
  },
  heard: {
    answered: 'heard',
    peer_id: ana.peerId,
    mode: 'active',
    at_ms: atMs,
    earned_micro: 1_500_000,
  },
}

const blobAsks: { readonly [Want in BlobAsk['want']]: BlobAsk & { readonly want: Want } } = {
  manifest: { want: 'manifest', cid: blob },
  piece: { want: 'piece', cid: blob, offset: 0, length: 6 },
}
const blobAnswer: BlobAnswer = { bytes: 6 }

const signature = shown.signature
const hex32 = '5e'.repeat(32)
const advert: Advert = {
  round_id: roundId,
  peer_id: ana.peerId,
  cipher_key: hex32,
  mask_key: hex32,
  seed_digest: digest,
  signature,
}
const sealedShares = { from: ana.peerId, to: ana.peerId, sealed: '5e'.repeat(80) }
const share = { of: ana.peerId, share: hex32 }

const secureSaid: { readonly [Step in SecureSaid['step']]: SecureSaid & { readonly step: Step } } =
  {
    keys: { step: 'keys', advert },
    shares: { step: 'shares', shares: [sealedShares] },
    words: { step: 'words' },
    survivors: { step: 'survivors', signature },
    opening: {
      step: 'opening',
      answer: { from: ana.peerId, seeds: [share], mask_keys: [] },
    },
  }

const secureAnswers: {
  readonly [Next in SecureAnswer['next']]: SecureAnswer & { readonly next: Next }
} = {
  wait: { next: 'wait' },
  share: { next: 'share', adverts: [advert] },
  mask: { next: 'mask', inbox: [sealedShares] },
  sign: { next: 'sign', survivors: [ana.peerId] },
  open: {
    next: 'open',
    request: {
      survivors: [ana.peerId],
      dropped: [],
      signatures: [{ peer_id: ana.peerId, signature }],
    },
  },
  rest: { next: 'rest' },
}

export function streams() {
  const vectorOf = (message: Canonical) => ({ message, frame: frameOf(message) })
  const answerOf = (value: Canonical, payload_bytes = 0) =>
    vectorOf({ ok: true, value, payload_bytes })
  return {
    about:
      'Questions and answers on direct streams, each as a frame: four bytes of length, big ' +
      'endian, then canonical bytes. payload_bytes says how many plain bytes follow an answer.',
    '/vcp/assign/1': {
      asks: Object.values(assignAsks).map(vectorOf),
      answers: Object.values(assignAnswers).map((answer) => answerOf(answer)),
    },
    '/vcp/report/1': {
      asks: Object.values(reports).map(vectorOf),
      answers: [answerOf(reportAnswer)],
      /** JSON has no bytes, so the output stands beside the message that it is a part of. */
      with_output: {
        message: reports.signed,
        output: bytesToHex(output),
        frame: frameOf(shownWhole),
      },
    },
    '/vcp/join/1': {
      asks: Object.values(joinAsks).map(vectorOf),
      answers: Object.values(joinAnswers).map((answer) => answerOf(answer)),
    },
    '/vcp/blob/1': {
      asks: Object.values(blobAsks).map(vectorOf),
      answers: [answerOf(blobAnswer), answerOf(blobAnswer, 6)],
    },
    '/vcp/secure/1': {
      asks: Object.values(secureSaid).map((said) =>
        vectorOf({ ...ofLease, round_id: roundId, said }),
      ),
      answers: Object.values(secureAnswers).map((answer) => answerOf(answer)),
    },
    refusal: vectorOf({ ok: false, code: 'LEASE_STALE', reason: 'epoch 1 of 2' }),
  }
}

function frameOf(message: Canonical): string {
  const bytes = encodeCanonical(message)
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return bytesToHex(length) + bytesToHex(bytes)
}
