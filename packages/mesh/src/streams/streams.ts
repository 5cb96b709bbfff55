// Asking peers, and answering them. Refusals are values on both ends; failures are thrown where the
// question was asked.
import type { Canonical, Outcome, PeerId, Refusal, StreamProtocol } from '@vcp/protocol'

/** An answer with the plain bytes that came after it; most have none. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value; readonly payload: Uint8Array }
  | Refusal

/**
 * Answers one question of one peer. What a handler throws is a bug, unless it is a `VcpError`,
 * whose code goes to the peer.
 */
export type Handler<Ask, Value> = (
  ask: Ask,
  from: PeerId,
) => Promise<Outcome<Value> | Answer<Value>>

export interface Streams {
  /**
   * Asks a peer that is connected, or can be. Fails with `PEER_UNREACHABLE`, `PEER_TIMEOUT` or
   * `PEER_MISBEHAVED`, or with the signal's reason. The peer may have heard the question twice, or
   * have heard it although this failed.
   */
  ask<Ask extends Canonical, Value extends Canonical>(
    peerId: PeerId,
    protocol: StreamProtocol<Ask, Value>,
    ask: Ask,
    signal?: AbortSignal,
  ): Promise<Answer<Value>>
  /** Answers a protocol from now on. The answer ends that. */
  serve<Ask extends Canonical, Value extends Canonical>(
    protocol: StreamProtocol<Ask, Value>,
    handler: Handler<Ask, Value>,
  ): Promise<() => Promise<void>>
}
