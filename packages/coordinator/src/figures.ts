// Figures of the coordinator besides those of HTTP, read when somebody asks for them.
import type { Mesh } from '@vcp/mesh'
import type { Accounts } from './accounts/accounts.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { History } from './history.ts'
import type { FigureOf } from './http/metrics.ts'
import type { Bridge } from './mesh/bridge.ts'

export interface Measured extends Pick<History, 'loop' | 'commit'> {
  readonly blobs: Blobs
  readonly accounts: Accounts
  readonly bridge: Bridge | null
  readonly mesh: Mesh | null
}

export function figuresOf({ loop, commit, blobs, accounts, bridge, mesh }: Measured): FigureOf[] {
  const { state } = loop
  return [
    {
      name: 'vcp_tasks',
      help: 'Tasks, by state.',
      label: 'state',
      read: () => state.taskCounts,
    },
    {
      name: 'vcp_nodes',
      help: 'Registered nodes.',
      read: () => state.nodes.size,
    },
    {
      name: 'vcp_nodes_present',
      help: 'Nodes that have registered with this process and are connected to it.',
      read: () => bridge?.present ?? 0,
    },
    {
      name: 'vcp_mesh_events',
      help: 'Messages and questions of the mesh taken, dropped and refused, by why.',
      label: 'what',
      read: () => mesh?.counters() ?? {},
    },
    {
      name: 'vcp_journal_entries',
      help: 'Entries of the journal, those on their way to disk included.',
      read: () => commit.size,
    },
    {
      name: 'vcp_taking_inputs',
      help: 'Whether inputs are taken: 0 while the storage is full or failed.',
      read: () => (loop.trouble === null ? 1 : 0),
    },
    {
      name: 'vcp_blob_bytes',
      help: 'Bytes of blobs that are kept here.',
      read: () => blobs.store.usage().bytes,
    },
    {
      name: 'vcp_audit_rows_dropped',
      help: 'Rows of the audit log that storage was too slow for.',
      read: () => accounts.audit.dropped,
    },
  ]
}
