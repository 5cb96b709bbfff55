import * as z from 'zod'
import { evidenceLevels } from '../evidence-level.ts'
import { AccountId, Cid, PeerId, Region } from '../ids.ts'
import { limits } from '../limits.ts'
import { Multiaddr, NodeStatus } from '../node.ts'
import { Count, Moment } from '../quantities.ts'
import { TaskState } from '../tasks/task.ts'
import { Role, UserName } from './auth.ts'
import { PageQuery, pageOf } from './page.ts'
import { rateLimits, route } from './route.ts'

/** Whether the coordinator is up, and whether it takes work. */
export const CoordinatorHealth = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  ready: z.boolean(),
  reason: z.string().max(1_000).nullable(),
  version: z.string().max(64),
  protocol: z.int().min(1),
  /** The key that signs the checkpoints of this coordinator's log. */
  log_key: z.string().max(256),
  /** Where nodes reach it; null where it keeps no mesh. */
  mesh: z.strictObject({ peer_id: PeerId, addresses: z.array(Multiaddr).max(32) }).nullable(),
})
export type CoordinatorHealth = z.infer<typeof CoordinatorHealth>

const RateOverride = z.strictObject({
  account_id: AccountId,
  class: z.enum(Object.keys(rateLimits) as [keyof typeof rateLimits]),
  per_minute: z.int().min(1).max(1_000_000),
  burst: z.int().min(1).max(1_000_000),
})

const BlobParams = z.strictObject({ cid: Cid })

export const operationRoutes = {
  health: route('GET /api/v1/health', {
    access: 'public',
    summary: 'ask whether the coordinator is up and ready',
    answer: CoordinatorHealth,
  }),
  clusterStats: route('GET /api/v1/cluster/stats', {
    summary: 'nodes, tasks and levels of evidence, counted',
    answer: z.strictObject({
      nodes: z.record(NodeStatus, Count),
      tasks: z.record(TaskState, Count),
      levels: z.record(z.enum(evidenceLevels), Count),
      total_nodes: Count,
      healthy_nodes: Count,
      average_health: z.number().min(0).max(100).nullable(),
    }),
  }),
  clusterCensus: route('GET /api/v1/cluster/census', {
    summary: 'how healthy the nodes are, and where they are',
    answer: z.strictObject({
      /** Tenths of the health score, the lowest first; 100 counts to the last. */
      health: z.array(Count).length(10),
      /** Nodes that have not said enough to have a score. */
      health_unknown: Count,
      /** By the operators' own words for them; those with the most nodes first. */
      regions: z
        .array(z.strictObject({ region: Region, nodes: Count, online: Count }))
        .max(limits.regionsShownMax),
      /** Nodes of the regions that there was no room for. */
      elsewhere: Count,
    }),
  }),
  events: route('GET /api/v1/events', {
    summary: 'what happens, as it happens, as server-sent events',
    query: z.strictObject({
      after: z.coerce.number().int().min(0).optional(),
      /** Of these types only, with commas between them; all where nothing is said. */
      types: z
        .string()
        .max(512)
        .regex(/^[a-z,-]+$/)
        .optional(),
    }),
    answer: 'text/event-stream',
  }),
  putBlob: route('PUT /api/v1/blobs/{cid}', {
    summary: 'store a blob under its CID',
    params: BlobParams,
    status: 201,
    answer: z.strictObject({ cid: Cid, bytes: Count }),
    refusals: ['TOO_LARGE', 'DISK_FULL', 'INVALID'],
  }),
  getBlob: route('GET /api/v1/blobs/{cid}', {
    summary: 'fetch a blob; a range resumes',
    params: BlobParams,
    answer: 'application/octet-stream',
    refusals: ['NOT_FOUND'],
  }),
  metrics: route('GET /metrics', {
    access: 'admin',
    summary: 'figures for Prometheus',
    answer: 'text/plain',
  }),
  listUsers: route('GET /api/v1/admin/users', {
    access: 'admin',
    summary: 'list accounts',
    query: PageQuery,
    answer: pageOf(
      'users',
      z.strictObject({
        account_id: AccountId,
        username: UserName.nullable(),
        role: Role,
        created_at: Moment,
      }),
    ),
  }),
  auditLog: route('GET /api/v1/admin/audit-log', {
    access: 'admin',
    summary: 'who did what, when, from where',
    query: PageQuery,
    answer: pageOf(
      'entries',
      z.strictObject({
        at: Moment,
        account_id: AccountId.nullable(),
        action: z.string().max(64),
        subject: z.string().max(128).nullable(),
        outcome: z.enum(['allowed', 'refused']),
        request_id: z.string().max(64),
        address: z.string().max(64).nullable(),
      }),
    ),
  }),
  listThrottles: route('GET /api/v1/admin/throttle-overrides', {
    access: 'admin',
    summary: 'list the accounts that have other rate limits',
    answer: z.strictObject({ overrides: z.array(RateOverride).max(limits.pageItemsMax) }),
  }),
  overrideThrottle: route('POST /api/v1/admin/throttle-overrides', {
    access: 'admin',
    summary: 'give an account other rate limits',
    body: RateOverride,
    status: 201,
    answer: RateOverride,
  }),
} as const
