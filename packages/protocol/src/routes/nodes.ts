import * as z from 'zod'
import { envelopeSchema } from '../envelope.ts'
import { NodeId, PeerId } from '../ids.ts'
import { NodeInfo, NodeStatus, NodeType } from '../node.ts'
import { SignedNodeBinding } from '../node-binding.ts'
import { NodeHistory } from '../node-history.ts'
import { Moment } from '../quantities.ts'
import { PageQuery, pageOf } from './page.ts'
import { route } from './route.ts'

/** A node is named by its key or, for its owner, by the name its owner gave it. */
const NodeParams = z.strictObject({ id: z.union([PeerId, NodeId]) })

export const nodeRoutes = {
  registerNode: route('POST /api/v1/nodes', {
    rate: 'nodes',
    summary: 'register a node: its own signed word, and its owner’s',
    body: z.strictObject({
      registration: envelopeSchema('registration'),
      binding: SignedNodeBinding.nullable().default(null),
    }),
    status: 201,
    answer: NodeInfo,
    refusals: [
      'SIGNATURE_INVALID',
      'MESSAGE_STALE',
      'MESSAGE_REPLAYED',
      'BINDING_INVALID',
      'CONFLICT',
    ],
  }),
  listNodes: route('GET /api/v1/nodes', {
    rate: 'nodes',
    summary: 'list nodes',
    query: PageQuery.extend({ status: NodeStatus.optional(), node_type: NodeType.optional() }),
    answer: pageOf('nodes', NodeInfo),
  }),
  getNode: route('GET /api/v1/nodes/{id}', {
    rate: 'nodes',
    summary: 'show a node',
    params: NodeParams,
    answer: NodeInfo,
    refusals: ['NOT_FOUND'],
  }),
  nodeHistory: route('GET /api/v1/nodes/{id}/history', {
    summary: 'show how a node was lately: telemetry, breaker, standing, audits',
    params: NodeParams,
    answer: NodeHistory,
    refusals: ['NOT_FOUND'],
  }),
  removeNode: route('DELETE /api/v1/nodes/{id}', {
    rate: 'nodes',
    summary: 'remove a node of yours',
    params: NodeParams,
    status: 204,
    answer: 'none',
    refusals: ['NOT_FOUND'],
  }),
  heartbeat: route('PUT /api/v1/nodes/{id}/heartbeat', {
    rate: 'nodes',
    summary: 'report telemetry, where gossip does not reach',
    params: NodeParams,
    body: envelopeSchema('heartbeat'),
    answer: z.strictObject({ status: NodeStatus, last_seen: Moment }),
    refusals: ['NOT_FOUND', 'SIGNATURE_INVALID', 'MESSAGE_STALE', 'MESSAGE_REPLAYED'],
  }),
  rejectNode: route('POST /api/v1/nodes/{id}/reject', {
    rate: 'nodes',
    summary: 'take a node of yours out of work, with a reason',
    params: NodeParams,
    body: z.strictObject({ reason: z.string().min(1).max(1_000) }),
    answer: NodeInfo,
    refusals: ['NOT_FOUND'],
  }),
} as const
