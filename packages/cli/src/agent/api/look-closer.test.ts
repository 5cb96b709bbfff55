import { describe, expect, test } from 'vitest'
import type { AgentChange } from '../agent.ts'
import type { Reading } from '../core/reading.ts'
import type { EndedLease } from '../core/records.ts'
import { MeshStatus, Results, readingsMax, resultsShownMax } from './details.ts'
import { type CloserParts, lookCloser } from './look-closer.ts'

const telemetry = {
  cpu_percent: 5,
  memory_percent: null,
  temperature_c: null,
  latency_ms: null,
  bandwidth_up_mbps: null,
  bandwidth_down_mbps: null,
  battery_percent: null,
  on_mains: null,
  power_watts: null,
  gpus: [],
}
const unknown = { memoryFreeMb: null, diskFreeGb: null, othersCpuPercent: null, idleSeconds: null }
const reading: Reading = { telemetry, ...unknown, minuteOfDay: 0 }

const connection = {
  peerId: '12D3KooWAGAmNRkdeLrJjW4RR3EDvsF3HCSmDRq9BSZEb2bijJcN' as never,
  address: '/ip4/127.0.0.1/tcp/1',
  isOurs: false,
  isRelayed: true,
  roundTripMs: null,
  openedAtMs: 1,
}

function look(ended: readonly EndedLease[] = [], connections = 1) {
  let tell: (change: AgentChange) => void = () => undefined
  const parts: CloserParts = {
    agent: {
      state: { ended: new Map(ended.map((each) => [each.taskId, each])) } as never,
      onChange(listener) {
        tell = listener
        return () => undefined
      },
    },
    mesh: {
      peers: { connections: () => new Array(connections).fill(connection) },
      gossip: { peers: () => [] },
      counters: () => ({ 'gossip.accept/vcp/1/checkpoints': 7 }),
    },
  }
  const { details } = lookCloser(parts)
  return { details, measured: (atMs: number) => tell(changeAt(atMs)) }
}

function changeAt(atMs: number): AgentChange {
  return { input: { type: 'measured', reading }, effects: [], atMs }
}

describe('looking closer', () => {
  test('remembers the last readings, and no more', () => {
    const { details, measured } = look()
    for (let i = 0; i < readingsMax + 3; i++) measured(i)
    const { readings } = details['/history']()
    expect(readings).toHaveLength(readingsMax)
    expect(readings[0]).toMatchObject({ at_ms: 3, cpu_percent: 5, memory_percent: null })
    expect(readings.at(-1)?.at_ms).toBe(readingsMax + 2)
  })

  test('shows connections up to a bound, and says how many there are', () => {
    const mesh = look([], 1_000).details['/mesh']()
    expect(MeshStatus.parse(mesh)).toMatchObject({ connections_in_all: 1_000 })
    expect(mesh.connections[0]).toMatchObject({ is_relayed: true, round_trip_ms: null })
    const heard = Object.fromEntries(mesh.topics.map(({ name, heard }) => [name, heard]))
    expect(heard).toMatchObject({ '/vcp/1/checkpoints': 7, '/vcp/1/rounds': 0 })
  })

  test('shows how offers ended, the newest first', () => {
    const ended = Array.from({ length: 300 }, (_, i): EndedLease => {
      const taskId = `01900000-0000-7000-8000-${String(i).padStart(12, '0')}` as never
      const lease = { taskId, leaseEpoch: 0, logKey: 'log', hasTrace: false, endedAtMs: i }
      const decline = { reason: 'busy', needs: 1, has: 0, retryAfterSeconds: 1 } as const
      return { ...lease, end: 'declined', reason: 'busy', decline }
    })
    const shown = Results.parse(look(ended).details['/results']())
    expect(shown.results_in_all).toBe(300)
    expect(shown.results).toHaveLength(resultsShownMax)
    expect(shown.results[0]).toMatchObject({ ended_at_ms: 299, declined: 'busy' })
  })
})
