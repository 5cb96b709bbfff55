import { type LedgerEntry, limits, type PeerId, type TaskId, type Telemetry } from '@vcp/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import type { NodeRecord } from '../core/nodes/node-record.ts'
import { defaultSettings } from '../core/settings.ts'
import { State } from '../core/state.ts'
import { createNodeMemory, type NodeMemory } from './node-memory.ts'

const peer_id = 'ana' as PeerId

function telemetry(state: Telemetry['breaker']['state'] = 'closed'): Telemetry {
  return {
    cpu_percent: 40,
    memory_percent: null,
    temperature_c: null,
    latency_ms: 3,
    open_assignments: 1,
    breaker: { state, reason: null },
  } as Telemetry
}

describe('the memory of nodes', () => {
  let state: State
  let node: NodeRecord
  let memory: NodeMemory
  let timers: (() => void)[]
  const nowMs = 1_000

  beforeEach(() => {
    state = new State(defaultSettings)
    node = { peerId: peer_id, telemetry: telemetry(), lastSeenMs: 5, health: 0.5 } as NodeRecord
    state.nodes.set(peer_id, node)
    timers = []
    const after = (_: number, work: () => void) => {
      timers.push(work)
      return () => void timers.splice(0)
    }
    memory = createNodeMemory(state, { nowMs: () => nowMs, after })
  })

  const heard = (atMs: number, breaker: Telemetry['breaker']['state'] = 'closed') => {
    Object.assign(node, { lastSeenMs: atMs, telemetry: telemetry(breaker) })
    memory.look()
  }

  test('has a sample of each report, and of a silence none', () => {
    memory.look()
    memory.look()
    heard(9)
    const { samples, since_ms } = memory.of(node)
    expect(samples.map(({ at_ms }) => at_ms)).toEqual([5, 9])
    expect(samples[0]).toMatchObject({ cpu_percent: 40, memory_percent: null, health_score: 50 })
    expect(since_ms).toBe(nowMs)
  })

  test('has when the breaker changed, not when it stayed', () => {
    for (const [atMs, breaker] of [
      [6, 'closed'],
      [7, 'open'],
      [8, 'open'],
      [9, 'half_open'],
    ] as const) {
      heard(atMs, breaker)
    }
    expect(memory.of(node).breaker.map(({ state: each }) => each)).toEqual([
      'closed',
      'open',
      'half_open',
    ])
  })

  test('has the audits and changes of standing that became durable', () => {
    const task_id = 't' as TaskId
    memory.add([
      entry({ type: 'node-audited', peer_id, task_id, engine: 'e@1', passed: false }),
      entry({
        type: 'node-status-changed',
        peer_id,
        status: 'online',
        mode: 'paused',
        reason: 'repairs',
      }),
    ])
    const { audits, standing } = memory.of(node)
    expect(audits).toMatchObject([{ engine: 'e@1', passed: false }])
    expect(standing).toMatchObject([{ mode: 'paused', reason: 'repairs' }])
  })

  test('keeps to its bounds: the newest stay', () => {
    for (let atMs = 10; atMs < 10 + 3 * limits.nodeSamplesMax; atMs += 1) {
      heard(atMs, atMs % 2 === 0 ? 'open' : 'closed')
    }
    const { samples, breaker } = memory.of(node)
    expect(samples).toHaveLength(limits.nodeSamplesMax)
    expect(samples.at(-1)?.at_ms).toBe(node.lastSeenMs)
    expect(breaker).toHaveLength(limits.nodeChangesMax)
  })

  test('forgets a node that was removed, and knows nothing of one it never heard', () => {
    memory.look()
    memory.add([entry({ type: 'node-removed', peer_id, reason: 'by its owner' })])
    expect(memory.of({ ...node, telemetry: null })).toMatchObject({ samples: [], newest: null })
  })

  test('looks by itself until it is told to stop', () => {
    const stop = memory.watch()
    expect(memory.of(node).samples).toHaveLength(1)
    node.lastSeenMs = 50
    timers.shift()?.()
    expect(memory.of(node).samples).toHaveLength(2)
    expect(timers).toHaveLength(1)
    stop()
    expect(timers).toHaveLength(0)
  })
})

function entry(event: LedgerEntry['event']): LedgerEntry {
  return { index: 0, at_ms: 7, previous: null, event }
}
