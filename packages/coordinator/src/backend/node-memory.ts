// How nodes were lately: what they reported, sampled, and what became of them. It is for people to
// look at, so it is kept in memory alone and within bounds; the log has what matters.
import {
  type LedgerEntry,
  limits,
  type NodeHistory,
  type PeerId,
  type TelemetrySample,
} from '@vcp/protocol'
import type { NodeRecord } from '../core/nodes/node-record.ts'
import type { State } from '../core/state.ts'
import type { Clock } from '../journal/clock.ts'

export interface NodeMemory {
  /** What became durable. */
  add(entries: readonly LedgerEntry[]): void
  /** Takes a sample of every node that has spoken since the last one. */
  look(): void
  /** Looks now and then, until what it returns is called. */
  watch(): () => void
  of(node: NodeRecord): NodeHistory
}

const sampleMs = 10_000
/** In all, some 100 bytes each: with more nodes each has fewer. */
const samplesMax = 200_000

interface Remembered {
  seenMs: number
  readonly samples: TelemetrySample[]
  readonly breaker: NodeHistory['breaker']
  readonly standing: NodeHistory['standing']
  readonly audits: NodeHistory['audits']
}

export function createNodeMemory(state: State, clock: Pick<Clock, 'nowMs' | 'after'>): NodeMemory {
  const sinceMs = clock.nowMs()
  const known = new Map<PeerId, Remembered>()

  function remembered(peerId: PeerId): Remembered {
    const found = known.get(peerId)
    if (found !== undefined) return found
    const made = { seenMs: 0, samples: [], breaker: [], standing: [], audits: [] }
    known.set(peerId, made)
    return made
  }

  function look(): void {
    const most = Math.min(
      limits.nodeSamplesMax,
      Math.floor(samplesMax / Math.max(1, state.nodes.size)),
    )
    for (const node of state.nodes.values()) {
      if (node.telemetry !== null) sample(node, remembered(node.peerId), most)
    }
  }

  function add({ event, at_ms }: LedgerEntry): void {
    if (event.type === 'node-status-changed') {
      const { status, mode, reason } = event
      keep(remembered(event.peer_id).standing, { at_ms, status, mode, reason })
    } else if (event.type === 'node-audited') {
      const { task_id, engine, passed } = event
      keep(remembered(event.peer_id).audits, { at_ms, task_id, engine, passed })
    } else if (event.type === 'node-removed') known.delete(event.peer_id)
  }

  return {
    add: (entries) => entries.forEach(add),
    look,
    watch() {
      let cancel = () => {}
      const again = () => {
        look()
        cancel = clock.after(sampleMs, again)
      }
      again()
      return () => cancel()
    },
    of({ peerId, telemetry }) {
      const { samples = [], breaker = [], standing = [], audits = [] } = known.get(peerId) ?? {}
      return {
        ...{ since_ms: sinceMs, sample_ms: sampleMs, newest: telemetry },
        ...{ samples: [...samples], breaker: [...breaker] },
        ...{ standing: [...standing], audits: [...audits] },
      }
    },
  }
}

/** What a node has not said anew is not sampled again: a silence shows as a gap. */
function sample(node: NodeRecord, into: Remembered, most: number): void {
  const { telemetry, lastSeenMs, health } = node
  if (telemetry === null || lastSeenMs <= into.seenMs) return
  into.seenMs = lastSeenMs
  const { cpu_percent, memory_percent, temperature_c, latency_ms, open_assignments } = telemetry
  into.samples.push({
    ...{ at_ms: lastSeenMs, health_score: health === null ? null : health * 100 },
    ...{ cpu_percent, memory_percent, temperature_c, latency_ms, open_assignments },
  })
  if (into.samples.length > most) into.samples.splice(0, into.samples.length - most)
  const { state, reason } = telemetry.breaker
  if (into.breaker.at(-1)?.state !== state) keep(into.breaker, { at_ms: lastSeenMs, state, reason })
}

function keep<Item>(list: Item[], item: Item): void {
  list.push(item)
  if (list.length > limits.nodeChangesMax) list.shift()
}
