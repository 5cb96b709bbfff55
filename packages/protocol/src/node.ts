import * as z from 'zod'
import { Capabilities } from './capabilities.ts'
import { AccountId, NodeId, OwnerAddress, PeerId, Region } from './ids.ts'
import { Count, Moment, Percent } from './quantities.ts'

export const nodeTypes = [
  'compute',
  'gateway',
  'storage',
  'validator',
  'open_internet',
  'any',
] as const

/** What a node is for. `any` stands for every type, in a node and in a task alike. */
export const NodeType = z.enum(nodeTypes)
export type NodeType = z.infer<typeof NodeType>

/** How lately a node was heard; `unknown` is not dead: its leases run on. */
export const NodeStatus = z.enum(['online', 'degraded', 'unknown', 'offline'])
export type NodeStatus = z.infer<typeof NodeStatus>

/** Whether a node takes work. `safe_mode`: its circuit breaker is open. */
export const NodeMode = z.enum(['active', 'draining', 'paused', 'safe_mode'])
export type NodeMode = z.infer<typeof NodeMode>

/** How a node's work was judged; the source of its reputation. */
export const TrackRecord = z.strictObject({
  succeeded: Count,
  failed: Count,
  disputes_lost: Count,
})
export type TrackRecord = z.infer<typeof TrackRecord>

/** A multiaddr, such as `/ip4/192.0.2.1/tcp/8421`; the mesh parses it further. */
export const Multiaddr = z
  .string()
  .min(2)
  .max(256)
  .regex(/^\/[\x21-\x7e]+$/)

/** What a node says of itself when it joins, signed by its key. */
export const Registration = z.strictObject({
  node_id: NodeId,
  region: Region,
  node_type: NodeType,
  capabilities: Capabilities,
  addresses: z.array(Multiaddr).max(16),
  software: z.string().min(1).max(64),
})
export type Registration = z.infer<typeof Registration>

/** A node as the coordinator shows it. */
export const NodeInfo = z.strictObject({
  node_id: NodeId,
  peer_id: PeerId,
  region: Region,
  node_type: NodeType,
  owner_id: AccountId,
  owner_address: OwnerAddress.nullable(),
  capabilities: Capabilities,
  /** 0 to 100; null until the first telemetry has come. */
  health_score: Percent.nullable(),
  status: NodeStatus,
  mode: NodeMode,
  record: TrackRecord,
  open_assignments: Count,
  registered_at: Moment,
  last_seen: Moment,
})
export type NodeInfo = z.infer<typeof NodeInfo>
