// A node as its dashboard knew it: at work, with everything that a pane can show.
import { NodeInfo, Round } from '@vcp/protocol'
import { sampleDetails } from '../../agent/api/testing/sample-details.ts'
import { sampleStatus } from '../../agent/api/testing/sample-status.ts'
import { type NodeFacts, type NodeNews, noted, nothingKnown } from '../node/facts.ts'

const nowMs = sampleStatus.started_at_ms + sampleStatus.uptime_ms
const cid = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'

/** What a peer could write to steer the terminal of whoever looks. */
export const hostile = '\u001b[2J\u001b]0;owned\u0007\u202eevil\r\n\u009b31m'

export const recordedInfo: NodeInfo = NodeInfo.parse({
  node_id: 'anna',
  peer_id: sampleStatus.peer_id,
  region: 'local',
  node_type: 'any',
  owner_id: '01900000-0000-7000-8000-0000000000aa',
  owner_address: sampleStatus.owner,
  capabilities: {
    bandwidth_mbps: null,
    cpu_cores: 2,
    memory_gb: 8,
    gpu_available: false,
    engines: { wasm_execution: { name: 'wasm', version: '1' } },
  },
  health_score: 81,
  status: 'online',
  mode: 'active',
  record: { succeeded: 48, failed: 2, disputes_lost: 1 },
  open_assignments: 1,
  registered_at: new Date(sampleStatus.started_at_ms).toISOString(),
  last_seen: new Date(nowMs - 2_000).toISOString(),
})

export const recordedRounds: readonly Round[] = [1, 2, 3, 4].map((number) =>
  Round.parse({
    round_id: `01900000-0000-7000-8000-00000000001${number}`,
    task_id: '01900000-0000-7000-8000-000000000009',
    number,
    state: number === 4 ? 'open' : 'finalised',
    model_in: cid,
    model_out: number === 4 ? null : cid,
    participants: [sampleStatus.peer_id],
    updates_accepted: number === 4 ? 1 : 3,
    updates_min: 2,
    opened_at_ms: nowMs - 60_000 * (5 - number),
    closes_at_ms: nowMs - 60_000 * (4 - number) + 40_000,
    loss: number === 4 ? null : 2.3 / number,
    accuracy: number === 4 ? null : 0.2 + 0.2 * number,
    epsilon_spent: number === 4 ? null : 0.5 * number,
  }),
)

const news: readonly NodeNews[] = [
  { news: 'status', status: sampleStatus },
  { news: 'history', history: sampleDetails.history },
  { news: 'mesh', mesh: sampleDetails.mesh },
  { news: 'results', results: sampleDetails.results },
  { news: 'training', training: sampleDetails.training },
  { news: 'rounds', rounds: { rounds: 'known', all: [...recordedRounds].reverse() } },
  {
    news: 'spending',
    spending: [{ dataset: 'digits', delta: 1e-5, granted: 8, spent: 1.5, left: 6.5 }],
  },
  {
    news: 'standing',
    standing: {
      standing: 'known',
      atMs: nowMs,
      info: recordedInfo,
      history: {
        since_ms: sampleStatus.started_at_ms,
        sample_ms: 10_000,
        newest: null,
        samples: [],
        breaker: [],
        standing: [],
        audits: [false, true, true].map((passed, i) => ({
          at_ms: nowMs - 1_000 * (3 - i),
          task_id: '01900000-0000-7000-8000-000000000002' as never,
          engine: 'wasm/1',
          passed,
        })),
      },
    },
  },
  {
    news: 'logged',
    lines: [
      { at: '2027-01-15T08:00:00.000Z', level: 'info', message: 'joined', place: 'http://a' },
      { at: '2027-01-15T08:00:01.000Z', level: 'warning', message: 'refused', reason: hostile },
    ],
  },
]

export const recordedNode: NodeFacts = news.reduce(noted, nothingKnown(nowMs))
