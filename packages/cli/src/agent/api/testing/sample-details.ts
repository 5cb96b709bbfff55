import { History, MeshStatus, Results, TrainingStatus } from '../details.ts'
import { sampleStatus } from './sample-status.ts'

const startMs = 1_800_000_000_000
const coordinator = '12D3KooWAGAmNRkdeLrJjW4RR3EDvsF3HCSmDRq9BSZEb2bijJcN'

/** Five minutes of a machine that had something to do in the middle of them. */
const readings = Array.from({ length: 60 }, (_, i) => ({
  at_ms: startMs + 5_000 * i,
  cpu_percent: i < 20 ? 4 + (i % 3) : i < 45 ? 88 + (i % 7) : 40.2,
  others_cpu_percent: 3,
  memory_percent: 50 + i / 12,
  temperature_c: null,
  latency_ms: 1.25 + (i % 4) / 8,
  bandwidth_down_mbps: null,
  gpus: [],
}))

/** What an agent at work shows to those who look closer. */
export const sampleDetails = {
  history: History.parse({ readings }),
  mesh: MeshStatus.parse({
    connections: [
      {
        peer_id: coordinator,
        address: `/ip4/127.0.0.1/tcp/8422/p2p/${coordinator}`,
        is_ours: true,
        is_relayed: false,
        round_trip_ms: 1.25,
        opened_at_ms: startMs,
      },
    ],
    connections_in_all: 1,
    topics: [
      { name: '/vcp/1/telemetry', heard: 0, followers: 1 },
      { name: '/vcp/1/commits', heard: 12, followers: 1 },
      { name: '/vcp/1/rounds', heard: 0, followers: 0 },
      { name: '/vcp/1/checkpoints', heard: 340, followers: 1 },
    ],
    counters: { 'gossip.accept': 352, 'stream.ask': 40, 'gossip.ignore.MESSAGE_STALE': 2 },
  }),
  results: Results.parse({
    results: [
      {
        task_id: '01900000-0000-7000-8000-000000000002',
        lease_epoch: 1,
        end: 'settled',
        reason: 'delivered',
        declined: null,
        ended_at_ms: startMs + (sampleStatus.uptime_ms - 2_000),
      },
      {
        task_id: '01900000-0000-7000-8000-000000000003',
        lease_epoch: 4,
        end: 'declined',
        reason: 'busy',
        declined: 'busy',
        ended_at_ms: startMs + (sampleStatus.uptime_ms - 65_000),
      },
    ],
    results_in_all: 2,
  }),
  training: TrainingStatus.parse({
    trainings: [
      {
        task_id: '01900000-0000-7000-8000-000000000009',
        accepted_at_ms: startMs,
        round: {
          round_id: '01900000-0000-7000-8000-00000000000a',
          number: 4,
          closes_at_ms: startMs + (sampleStatus.uptime_ms + 40_000),
          is_contributed: true,
        },
      },
    ],
  }),
} as const
