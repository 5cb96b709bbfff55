// What a node says to its coordinator on `/vcp/join/1`, and what it makes of the answers.
import type { Streams } from '@vcp/mesh'
import {
  type Envelope,
  type JoinAsk,
  type JoinTerms,
  joinProtocol,
  type MessageType,
  type NodeInfo,
  type NodeMode,
  Nonce,
  type Outcome,
  type PayloadOf,
  type PeerId,
  pass,
  type Registration,
  refuse,
  type SignedNodeBinding,
  type Signer,
  signMessage,
  VcpError,
} from '@vcp/protocol'
import type { Timers } from './timers.ts'

/** Who asks, and in whose name. */
export interface Identity {
  readonly signer: Signer
  readonly network: string
  /** Made anew for every joining: addresses and free disk change. */
  registration(): Registration
  /** Whose node it is; null where an account has registered it. */
  binding(): SignedNodeBinding | null
  randomBytes(count: number): Uint8Array
}

export interface Joined {
  readonly node: NodeInfo
  readonly terms: JoinTerms
}

export interface Joining {
  /** Registers at a coordinator; the node may be known there already. */
  register(coordinator: PeerId, signal: AbortSignal): Promise<Outcome<Joined>>
  beat(
    coordinator: PeerId,
    heartbeat: Envelope<'heartbeat'>,
    signal: AbortSignal,
  ): Promise<Outcome<NodeMode>>
  tellMode(
    coordinator: PeerId,
    mode: Exclude<NodeMode, 'safe_mode'>,
    signal: AbortSignal,
  ): Promise<Outcome<NodeMode>>
  sign<Type extends MessageType>(type: Type, payload: PayloadOf<Type>): Envelope<Type>
  /** What the coordinator's clock is ahead of ours. */
  aheadMs: number
  /** What the owner's wallet was paid there; null until the coordinator has said. */
  readonly earnedMicro: number | null
}

export function createJoining(
  streams: Streams,
  { signer, network, registration, binding, randomBytes }: Identity,
  timers: Timers,
): Joining {
  // Says which of two agents with the same key speaks.
  const run = newNonce()
  let earnedMicro: number | null = null

  function newNonce(): Nonce {
    return Nonce.parse(Buffer.from(randomBytes(16)).toString('hex'))
  }

  // Stamped by the coordinator's clock, as far as it is known: it judges what is stale.
  function sign<Type extends MessageType>(type: Type, payload: PayloadOf<Type>): Envelope<Type> {
    const atMs = Math.max(0, Math.round(timers.nowMs() + joining.aheadMs))
    return signMessage(type, payload, signer, { nonce: newNonce(), atMs })
  }

  async function heard(
    coordinator: PeerId,
    ask: JoinAsk,
    signal: AbortSignal,
  ): Promise<Outcome<NodeMode>> {
    const askedMs = timers.nowMs()
    const answer = await streams.ask(coordinator, joinProtocol, ask, signal)
    if (!answer.ok) return answer
    if (answer.value.answered !== 'heard') throw misbehaved(coordinator)
    setClock(answer.value.at_ms, askedMs)
    earnedMicro = answer.value.earned_micro
    return pass(answer.value.mode)
  }

  function setClock(theirsMs: number, askedMs: number): void {
    const nowMs = timers.nowMs()
    // An answer that was long on its way says little about the clock.
    if (nowMs - askedMs < 1_000) joining.aheadMs = theirsMs - (askedMs + nowMs) / 2
  }

  const joining: Joining = {
    aheadMs: 0,
    get earnedMicro() {
      return earnedMicro
    },
    sign,
    async register(coordinator, signal) {
      const askedMs = timers.nowMs()
      const answer = await streams.ask(
        coordinator,
        joinProtocol,
        {
          ask: 'register',
          registration: sign('registration', registration()),
          binding: binding(),
          run,
        },
        signal,
      )
      if (!answer.ok) return answer
      if (answer.value.answered !== 'registered') throw misbehaved(coordinator)
      const { node, terms } = answer.value
      setClock(terms.at_ms, askedMs)
      if (node.peer_id !== signer.peerId) throw misbehaved(coordinator)
      if (terms.network === network) return pass({ node, terms })
      const reason = `it is of the network ${terms.network}, this node of ${network}`
      return refuse('BINDING_INVALID', reason)
    },
    beat: (coordinator, heartbeat, signal) =>
      heard(coordinator, { ask: 'heartbeat', heartbeat, run }, signal),
    tellMode: (coordinator, mode, signal) => heard(coordinator, { ask: 'mode', mode }, signal),
  }
  return joining
}

function misbehaved(coordinator: PeerId): VcpError {
  const message = `${coordinator} answers another question than it was asked`
  return new VcpError('PEER_MISBEHAVED', { message })
}
