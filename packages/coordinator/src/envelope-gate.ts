// Signed messages from nodes, however they come: their signature is checked, their time, and that
// this very message was not seen before.
import {
  checkFreshness,
  type Envelope,
  limits,
  type MessageType,
  type Outcome,
  openEnvelope,
  pass,
  refuse,
} from '@vcp/protocol'

export interface EnvelopeGate {
  open<Type extends MessageType>(type: Type, value: unknown): Outcome<Envelope<Type>>
}

export interface EnvelopeGateOptions {
  nowMs(): number
  /** Messages remembered at most. */
  readonly seenMax?: number
}

/** After this a message is stale anyhow, and need not be remembered. */
const rememberMs = limits.messageFreshnessMs + 2 * limits.messageClockSkewMs

/** 100,000 nodes that report every ten seconds, for as long as a message is fresh. */
const seenMaxByDefault = 1_000_000

export function createEnvelopeGate({
  nowMs,
  seenMax = seenMaxByDefault,
}: EnvelopeGateOptions): EnvelopeGate {
  /** In the order in which they came, so that the oldest are the first. */
  const seen = new Map<string, number>()

  function forget(atMs: number): void {
    for (const [key, seenAtMs] of seen) {
      if (seenAtMs >= atMs - rememberMs) return
      seen.delete(key)
    }
  }

  return {
    open(type, value) {
      const opened = openEnvelope(type, value)
      if (!opened.ok) return opened
      const fresh = checkFreshness(opened.value, nowMs())
      if (!fresh.ok) return fresh
      forget(nowMs())
      const key = `${opened.value.peer_id} ${opened.value.nonce}`
      if (seen.has(key)) return refuse('MESSAGE_REPLAYED', `this ${type} was sent before`)
      // Forgetting one that is fresh would let it in again: better to let nobody in for a moment.
      if (seen.size >= seenMax) return refuse('OVERLOADED', 'too many messages within a minute')
      seen.set(key, nowMs())
      return pass(opened.value)
    },
  }
}
