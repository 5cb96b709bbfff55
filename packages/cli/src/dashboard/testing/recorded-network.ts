// A network as its dashboard knew it.
import type { TaskInfo } from '@vcp/protocol'
import {
  type ClusterStats,
  type NetworkFacts,
  type NetworkNews,
  noted,
  nothingKnown,
} from '../coordinator/facts.ts'
import { hostile, recordedInfo, recordedRounds } from './recorded-node.ts'

const nowMs = Date.parse(recordedInfo.last_seen) + 2_000

function statsAfter(completed: number): ClusterStats {
  const pending = { pending: 40, assigned: 0, running: 60, verifying: 0 }
  return {
    nodes: { online: 180, degraded: 12, unknown: 0, offline: 8 },
    tasks: { ...pending, completed, failed: 3, cancelled: 0 },
    levels: { signed: 900, replicated: completed - 900, refereed: 0, proved: 0 },
    total_nodes: 200,
    healthy_nodes: 150,
    average_health: 72.5,
  }
}

const failed = {
  task_id: '01900000-0000-7000-8000-000000000077',
  task_type: 'wasm_execution',
  task_digest: 'ab'.repeat(32),
  owner_id: recordedInfo.owner_id,
  status: 'failed',
  reason: hostile,
  level: null,
  assigned_nodes: [],
  former_assigned_nodes: [recordedInfo.peer_id],
  created_at: new Date(nowMs - 90_000).toISOString(),
  updated_at: new Date(nowMs - 30_000).toISOString(),
  result: null,
  proof_id: null,
} as unknown as TaskInfo

const news: readonly NetworkNews[] = [
  {
    news: 'answered',
    of: 'health',
    answer: {
      status: 'ok',
      ready: true,
      reason: null,
      version: '0.1.0',
      protocol: 1,
      log_key: 'key',
      mesh: { peer_id: recordedInfo.peer_id, addresses: [] },
    },
  },
  { news: 'answered', of: 'stats', answer: statsAfter(1_000) },
  { news: 'time', atMs: nowMs + 3_000 },
  { news: 'answered', of: 'stats', answer: statsAfter(1_150) },
  {
    news: 'answered',
    of: 'census',
    answer: {
      health: [0, 0, 0, 0, 0, 0, 50, 100, 40, 5],
      health_unknown: 5,
      regions: [{ region: recordedInfo.region, nodes: 200, online: 180 }],
      elsewhere: 0,
    },
  },
  { news: 'answered', of: 'nodes', answer: { items: [recordedInfo], isAll: false } },
  { news: 'answered', of: 'tasks', answer: { items: [failed], isAll: true } },
  { news: 'answered', of: 'rounds', answer: { items: recordedRounds, isAll: true } },
  {
    news: 'answered',
    of: 'account',
    answer: {
      account_id: recordedInfo.owner_id,
      requester: null,
      role: 'submitter',
      scopes: [],
      balance_micro: 1_500_000,
      escrow_micro: 20_000,
      wallets: [],
    },
  },
]

export const recordedNetwork: NetworkFacts = news.reduce(
  noted,
  nothingKnown('https://vcp.example', nowMs),
)
