// The gossip topics. What comes in is hostile until its size, its encoding, its form, its signature
// and its freshness were checked, in that order: the cheapest check first.
import { decodeCanonical, encodeCanonical } from './canonical.ts'
import { type Checkpoint, type KnownLog, openCheckpoint } from './checkpoint.ts'
import { checkFreshness, type Envelope, type MessageType, openEnvelope } from './envelope.ts'
import type { Nonce, PeerId } from './ids.ts'
import type { VerifySignature } from './keys.ts'
import { limits } from './limits.ts'
import { type Outcome, refuse } from './outcome.ts'
import { accept, ignore, reject, type Verdict } from './verdict.ts'

/** What a receiver knows when a message comes. */
export interface View {
  readonly nowMs: number
  /** Whether this signer has used this nonce before, within the time a message is fresh. */
  hasSeen(peerId: PeerId, nonce: Nonce): boolean
  isNode(peerId: PeerId): boolean
  isCoordinator(peerId: PeerId): boolean
  /** The log whose checkpoints are followed, and the size of its newest one known. */
  readonly log: KnownLog & { readonly size: number }
  /** A faster check of signatures, as strict as our own. */
  readonly verify?: VerifySignature
}

export interface Topic<Message> {
  readonly name: `/vcp/1/${string}`
  readonly bytesMax: number
  /** Bytes to a message; a refusal here is the message's own fault. */
  open(bytes: Uint8Array, view: View): Outcome<Message>
  /** Bytes for the wire. The size is the sender's to check: gossip would drop it in silence. */
  write(message: Message): Uint8Array
  /** Whether a well-formed, rightly signed message is to be delivered and forwarded. */
  judge(message: Message, view: View): Verdict
}

export interface Judged<Message> {
  readonly verdict: Verdict
  readonly message: Message | null
}

/** Everything that happens to a message between the network and its handler. */
export function receive<Message>(
  topic: Topic<Message>,
  bytes: Uint8Array,
  view: View,
): Judged<Message> {
  if (bytes.length > topic.bytesMax) {
    const reason = `${bytes.length} bytes; at most ${topic.bytesMax} are taken`
    return { verdict: reject('TOO_LARGE', reason), message: null }
  }
  const opened = topic.open(bytes, view)
  if (!opened.ok) return { verdict: reject(opened.code, opened.reason), message: null }
  const verdict = topic.judge(opened.value, view)
  return { verdict, message: verdict.verdict === 'accept' ? opened.value : null }
}

/** Heartbeats: what nodes measure of themselves. */
export const telemetryTopic = envelopeTopic(
  '/vcp/1/telemetry',
  'heartbeat',
  limits.heartbeatBytesMax,
  fromNode,
)

/** Commitments to results, before any result is public. */
export const commitsTopic = envelopeTopic(
  '/vcp/1/commits',
  'commitment',
  limits.commitmentBytesMax,
  fromNode,
)

/** Rounds opened and closed. */
export const roundsTopic = envelopeTopic(
  '/vcp/1/rounds',
  'round-notice',
  limits.roundNoticeBytesMax,
  (peerId, view) =>
    view.isCoordinator(peerId)
      ? accept
      : ignore('SIGNER_UNEXPECTED', `${peerId} is no coordinator known here`),
)

/** A checkpoint with the note it was read from, which is what others can check. */
export interface GossipedCheckpoint {
  readonly note: string
  readonly checkpoint: Checkpoint
}

/** Signed heads of the ledger. */
export const checkpointsTopic: Topic<GossipedCheckpoint> = {
  name: '/vcp/1/checkpoints',
  bytesMax: limits.checkpointBytesMax,
  open(bytes, view) {
    const decoded = decodeCanonical(bytes)
    if (!decoded.ok) return decoded
    const note = decoded.value
    if (typeof note !== 'string') return refuse('INVALID', 'a checkpoint is a text')
    const opened = openCheckpoint(note, view.log, view.verify)
    return opened.ok ? { ok: true, value: { note, checkpoint: opened.value } } : opened
  },
  write: ({ note }) => encodeCanonical(note),
  judge: ({ checkpoint }, { log }) =>
    checkpoint.treeSize > log.size
      ? accept
      : ignore('MESSAGE_STALE', `size ${checkpoint.treeSize}; ${log.size} is known`),
}

/** Every topic by what it carries. */
export const topics = {
  telemetry: telemetryTopic,
  commits: commitsTopic,
  rounds: roundsTopic,
  checkpoints: checkpointsTopic,
} as const

function envelopeTopic<Type extends MessageType>(
  name: `/vcp/1/${string}`,
  type: Type,
  bytesMax: number,
  judgeSigner: (peerId: PeerId, view: View) => Verdict,
): Topic<Envelope<Type>> {
  return {
    name,
    bytesMax,
    open(bytes, { verify }) {
      const decoded = decodeCanonical(bytes, bytesMax)
      return decoded.ok ? openEnvelope(type, decoded.value, verify) : decoded
    },
    write: (envelope) => encodeCanonical({ ...envelope }),
    judge(envelope, view) {
      const fresh = checkFreshness(envelope, view.nowMs)
      if (!fresh.ok) return ignore(fresh.code, fresh.reason)
      if (view.hasSeen(envelope.peer_id, envelope.nonce)) {
        return ignore('MESSAGE_REPLAYED', `nonce ${envelope.nonce} was seen before`)
      }
      return judgeSigner(envelope.peer_id, view)
    },
  }
}

function fromNode(peerId: PeerId, view: View): Verdict {
  if (view.isNode(peerId) || view.isCoordinator(peerId)) return accept
  return ignore('NOT_FOUND', `${peerId} is no node known here`)
}
