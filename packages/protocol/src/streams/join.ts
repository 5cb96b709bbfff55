// How a node comes to a coordinator and stays known to it. The stream says who asks: noise has
// checked the key. What others may later want to see is signed all the same.
import * as z from 'zod'
import { envelopeSchema } from '../envelope.ts'
import { Nonce, PeerId } from '../ids.ts'
import { limits } from '../limits.ts'
import { NodeInfo, NodeMode } from '../node.ts'
import { NetworkName, SignedNodeBinding } from '../node-binding.ts'
import { AmountMicro, AtMs } from '../quantities.ts'
import type { StreamProtocol } from './stream-protocol.ts'

/** What an operator may ask of a node; `safe_mode` is the breaker's. */
const AskedMode = NodeMode.exclude(['safe_mode'])

/**
 * Which run of the agent asks, drawn anew at each start: a key that two machines use shows by it.
 * The newest to register is the node; the other is cut off, and hears `NODE_KEY_IN_USE`.
 */
const run = Nonce.exactOptional()

export const JoinAsk = z.discriminatedUnion('ask', [
  z.strictObject({
    ask: z.literal('register'),
    run,
    registration: envelopeSchema('registration'),
    /** Whose node it is; null from a node that an account has registered over HTTP. */
    binding: SignedNodeBinding.nullable(),
  }),
  /** Where gossip reaches nobody, and now and then: gossip does not say that a node is unknown. */
  z.strictObject({ ask: z.literal('heartbeat'), run, heartbeat: envelopeSchema('heartbeat') }),
  z.strictObject({ ask: z.literal('mode'), mode: AskedMode }),
])
export type JoinAsk = z.infer<typeof JoinAsk>

/** What a node has to know of the coordinator that it joined. */
export const JoinTerms = z.strictObject({
  network: NetworkName,
  /** Where its HTTP interface is, as it knows it; null: nobody has said. */
  http_url: z.string().max(512).nullable(),
  /** The key that signs its log. Leases are of a log, whoever keeps it. */
  log_key: z.string().max(256),
  heartbeat_ms: z.int().min(100).max(3_600_000),
  /** How long a lease holds without a word from its node. */
  lease_ms: z.int().min(100).max(86_400_000),
  /** Of the coordinator's clock. */
  at_ms: AtMs,
})
export type JoinTerms = z.infer<typeof JoinTerms>

export const JoinAnswer = z.discriminatedUnion('answered', [
  z.strictObject({ answered: z.literal('registered'), node: NodeInfo, terms: JoinTerms }),
  z.strictObject({
    answered: z.literal('heard'),
    peer_id: PeerId,
    mode: NodeMode,
    at_ms: AtMs,
    /** What its owner's wallet was paid here so far; null where an account is paid. */
    earned_micro: AmountMicro.nullable().default(null),
  }),
])
export type JoinAnswer = z.infer<typeof JoinAnswer>

/** Node to coordinator. */
export const joinProtocol: StreamProtocol<JoinAsk, JoinAnswer> = {
  id: '/vcp/join/1',
  ask: JoinAsk,
  answer: JoinAnswer,
  askBytesMax: limits.joinAskBytesMax,
  answerBytesMax: limits.streamAnswerBytesMax,
  payloadBytesMax: 0,
  deadlineMs: limits.streamDeadlineMs,
  asksPerSecond: limits.joinAsksPerSecondMax,
}
