import * as z from 'zod'
import { limits } from '../limits.ts'
import { taskBase } from './requirements.ts'

const Name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_.:-]+$/)

export const egressProfiles = [
  'allowlist_domains',
  'protocol_limited',
  'metered_general_egress',
] as const

/** Lends a node's connection for a while, within an egress policy. It has no proof. */
export const ConnectOnly = z
  .strictObject({
    task_type: z.literal('connect_only'),
    inputs: z.strictObject({
      session_id: Name,
      requester_id: Name,
      duration_seconds: z.int().min(1).max(limits.connectSecondsMax),
      bandwidth_limit_mbps: z.number().min(1).max(limits.connectBandwidthMbpsMax),
      egress_profile: z.enum(egressProfiles),
      destination_policy_id: Name,
    }),
    ...taskBase,
  })
  .refine(({ requirements }) => requirements.min_nodes === 1, {
    path: ['requirements', 'min_nodes'],
    message: 'a connection is lent by exactly one node',
  })
  .refine(({ verification }) => verification.level === 'signed', {
    path: ['verification', 'level'],
    message: 'a connection can only be signed for',
  })
export type ConnectOnly = z.infer<typeof ConnectOnly>
