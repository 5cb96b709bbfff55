// A visit to one coordinator: from its place to its peer, from there to being registered.
import type { Mesh } from '@vcp/mesh'
import { type Outcome, type PeerId, type Refusal, refuse } from '@vcp/protocol'
import type { Agent } from '../agent.ts'
import type { Heads } from './heads.ts'
import type { Place } from './place.ts'
import type { Resolve } from './resolve.ts'
import { openStay, type Stay, type StayEnd, type StayParts } from './stay.ts'

export interface VisitParts extends Omit<StayParts, 'mesh'> {
  readonly mesh: Pick<Mesh, 'gossip' | 'peers'>
  readonly agent: Pick<Agent, 'tell'>
  readonly heads: Heads
  readonly resolve: Resolve
  readonly signal: AbortSignal
  /** What was handed over to be sent is forgotten; the core says it again. */
  forgetReports(): void
  opened(place: Place, stay: Stay): void
  closed(): void
}

export interface Visits {
  visit(place: Place): Promise<StayEnd | Refusal>
  /** The log that is worked for; null before the first. */
  readonly logKey: string | null
  readonly stay: Stay | null
  /** Whether a peer is the coordinator, as soon as that is known. */
  isCoordinator(peerId: PeerId): Promise<boolean>
}

/** Below this, a clock is set right by what the coordinator says itself. */
const grossMs = 2_000

export function createVisits(parts: VisitParts): Visits {
  const { mesh, agent, joining, heads, log, signal } = parts
  let stay: Stay | null = null
  let logKey: string | null = null
  let registering: { readonly peerId: PeerId; readonly done: Promise<unknown> } | null = null

  async function connect(place: Place): Promise<PeerId> {
    const { addresses, aheadMs } = await parts.resolve(place, signal)
    if (aheadMs !== null && Math.abs(aheadMs) > grossMs) joining.aheadMs = aheadMs
    let failure: unknown = null
    for (const address of addresses) {
      signal.throwIfAborted()
      try {
        return await mesh.peers.connect(address)
      } catch (error) {
        failure ??= error
      }
    }
    throw failure
  }

  async function register(place: Place, peerId: PeerId): Promise<Outcome<Stay>> {
    const joined = await joining.register(peerId, signal)
    if (!joined.ok) return joined
    const { log_key, lease_ms: leaseMs } = joined.value.terms
    if (!heads.follow(log_key)) return refuse('INVALID', 'the key of its log is none')
    if (logKey !== null && logKey !== log_key) {
      log({ level: 'warning', message: 'joined another log', fields: { logKey: log_key } })
    }
    logKey = log_key
    parts.forgetReports()
    const opened = openStay(parts, peerId, joined.value)
    stay = opened
    const told = await agent.tell({ type: 'joined', logKey, aheadMs: joining.aheadMs, leaseMs })
    if (!told.ok) return told
    parts.opened(place, opened)
    const fields = { coordinator: place.text, peerId, aheadMs: Math.round(joining.aheadMs) }
    log({ level: 'info', message: 'joined', fields })
    return { ok: true, value: opened }
  }

  return {
    get logKey() {
      return logKey
    },
    get stay() {
      return stay
    },
    async visit(place) {
      const peerId = await connect(place)
      const registered = register(place, peerId)
      registering = { peerId, done: registered.catch(() => null) }
      try {
        const opened = await registered
        return opened.ok ? await opened.value.ended : opened
      } finally {
        registering = null
        stay?.end({ why: 'lost' })
        stay = null
        parts.closed()
      }
    },
    async isCoordinator(peerId) {
      if (registering?.peerId === peerId) await registering.done
      return stay?.peerId === peerId
    },
  }
}
