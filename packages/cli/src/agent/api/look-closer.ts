// Puts together what an agent shows to those who look closer.
import type { Mesh } from '@vcp/mesh'
import { type Topic, topics } from '@vcp/protocol'
import type { Agent, AgentChange } from '../agent.ts'
import { isTraining, type OrderedRound } from '../core/records.ts'
import {
  type Details,
  type MeshStatus,
  type PastReading,
  peersShownMax,
  type Results,
  readingsMax,
  resultsShownMax,
  type TrainingStatus,
} from './details.ts'

export interface CloserParts {
  readonly agent: Pick<Agent, 'state' | 'onChange'>
  readonly mesh: {
    readonly peers: Pick<Mesh['peers'], 'connections'>
    readonly gossip: Pick<Mesh['gossip'], 'peers'>
    counters: Mesh['counters']
  }
}

export function lookCloser({ agent, mesh }: CloserParts): {
  readonly details: Details
  stop(): void
} {
  const readings: PastReading[] = []
  const stop = agent.onChange((change) => {
    const reading = readingIn(change)
    if (reading === null) return
    readings.push(reading)
    if (readings.length > readingsMax) readings.shift()
  })
  return {
    details: {
      '/history': () => ({ readings: [...readings] }),
      '/mesh': () => meshStatus(mesh),
      '/results': () => resultsOf(agent.state),
      '/training': () => trainingOf(agent.state),
    },
    stop,
  }
}

function readingIn({ input, atMs }: AgentChange): PastReading | null {
  if (input.type !== 'measured') return null
  const { telemetry, othersCpuPercent } = input.reading
  return {
    at_ms: atMs,
    cpu_percent: telemetry.cpu_percent,
    others_cpu_percent: othersCpuPercent,
    memory_percent: telemetry.memory_percent,
    temperature_c: telemetry.temperature_c,
    latency_ms: telemetry.latency_ms,
    bandwidth_down_mbps: telemetry.bandwidth_down_mbps,
    gpus: [...telemetry.gpus],
  }
}

function meshStatus({ peers, gossip, counters }: CloserParts['mesh']): MeshStatus {
  const connections = peers.connections()
  const counts = counters()
  const all = Object.values(topics) as readonly unknown[] as readonly Topic<never>[]
  return {
    connections: connections.slice(0, peersShownMax).map((each) => ({
      peer_id: each.peerId,
      address: each.address,
      is_ours: each.isOurs,
      is_relayed: each.isRelayed,
      round_trip_ms: each.roundTripMs,
      opened_at_ms: each.openedAtMs,
    })),
    connections_in_all: connections.length,
    topics: all.map((topic) => ({
      name: topic.name,
      heard: counts[`gossip.accept${topic.name}`] ?? 0,
      followers: gossip.peers(topic).length,
    })),
    counters: { ...counts },
  }
}

function resultsOf({ ended }: Agent['state']): Results {
  const newest = [...ended.values()].slice(-resultsShownMax).reverse()
  return {
    results: newest.map(({ taskId, leaseEpoch, end, reason, decline, endedAtMs }) => ({
      task_id: taskId,
      lease_epoch: leaseEpoch,
      end,
      reason,
      declined: decline?.reason ?? null,
      ended_at_ms: endedAtMs,
    })),
    results_in_all: ended.size,
  }
}

function trainingOf({ leases }: Agent['state']): TrainingStatus {
  const held = [...leases.values()].filter(isTraining)
  return {
    trainings: held.map(({ taskId, acceptedAtMs, round }) => ({
      task_id: taskId,
      accepted_at_ms: acceptedAtMs,
      round: round === null ? null : roundOf(round),
    })),
  }
}

function roundOf({ order, isContributed }: OrderedRound) {
  const { round_id, number, closes_at_ms } = order
  return { round_id, number, closes_at_ms, is_contributed: isContributed }
}
