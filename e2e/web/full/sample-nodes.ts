// Nodes as a coordinator with many would list them, in pages.
import type { NodeInfo } from '@vcp/protocol'
import type { Page } from 'playwright-core'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const regions = ['eu-west', 'us-east', 'ap-south', 'rack-7', 'sa']
const statuses = ['online', 'degraded', 'unknown', 'offline'] as const

/** The same each time, and each unlike the others. */
export function sampleNode(index: number, more: object = {}): NodeInfo {
  const digits = Array.from(
    { length: 44 },
    (_, i) => alphabet[(index * 31 + i * 7 + Math.floor(index / 58 ** (i % 4))) % 58],
  )
  return {
    node_id: `node-${String(index).padStart(5, '0')}`,
    peer_id: `12D3KooW${digits.join('')}`,
    region: regions[index % regions.length],
    node_type: 'compute',
    owner_id: '01a1fecf-b1a1-799f-b2f3-86c74e376bbc',
    owner_address: null,
    capabilities: {
      bandwidth_mbps: index % 3 === 0 ? null : 100 + (index % 900),
      cpu_cores: 1 + (index % 64),
      memory_gb: 4 + (index % 60),
      gpu_available: null,
      disk_free_gb: null,
      engines: { wasm_execution: { name: 'vcp-sandbox', version: '1.2' } },
    },
    health_score: index % 10 === 0 ? null : index % 101,
    status: statuses[index % 7 === 0 ? 1 + (index % 3) : 0],
    mode: index % 11 === 0 ? 'paused' : 'active',
    record: { succeeded: index % 50, failed: index % 4, disputes_lost: 0 },
    open_assignments: index % 5,
    registered_at: '2026-01-01T00:00:00.000Z',
    last_seen: '2026-01-01T00:00:00.000Z',
    ...more,
  } as unknown as NodeInfo
}

/** Has the page be told of these nodes in place of those that there are. */
export async function serveNodes(page: Page, nodes: readonly NodeInfo[]): Promise<void> {
  await page.route(/\/api\/v1\/nodes(\?|$)/, (route) => {
    const query = new URL(route.request().url()).searchParams
    const from = Number(query.get('cursor') ?? 0)
    const to = from + Number(query.get('limit') ?? 100)
    const next_cursor = to < nodes.length ? String(to) : null
    return route.fulfill({ json: { nodes: nodes.slice(from, to), next_cursor } })
  })
}
