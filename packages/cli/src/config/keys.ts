// Every configuration key: what it may hold, what it is when nobody says, what it is for.
import { limits, NetworkName, NodeId } from '@vcp/protocol'
import * as z from 'zod'

interface Key {
  readonly schema: z.ZodType
  readonly default: unknown
  readonly about: string
}

function key<Schema extends z.ZodType>(schema: Schema, value: z.infer<Schema>, about: string) {
  return { schema, default: value, about }
}

const port = z.coerce.number().int().min(1).max(65_535)
const url = z
  .url({ protocol: /^https?$/, normalize: true })
  .transform((text) => text.replace(/\/$/, ''))

export const keys = {
  'coordinator.url': key(url, 'http://127.0.0.1:8420', 'the coordinator to talk to'),
  'network.name': key(
    NetworkName,
    'local',
    'the network a node belongs to; an owner signs for a node on one network',
  ),
  'node.name': key(NodeId.nullable(), null, 'the name people know this node by'),
  'node.listen_port': key(port, 8421, 'the port other nodes dial'),
  'policy.profile': key(
    z.enum(['open', 'public']),
    'open',
    'the hardware a task may ask for: any (open), or the table of the public network',
  ),
  'breaker.temperature_open_c': key(
    z.coerce.number().min(40).max(120),
    85,
    'stop taking work above this temperature',
  ),
  'breaker.temperature_close_c': key(
    z.coerce.number().min(30).max(119),
    80,
    'take work again below this temperature',
  ),
  'disk.free_gb_min': key(
    z.coerce.number().min(0).max(100_000),
    1,
    'the free space to leave on the disk of the data folder',
  ),
  'memory.free_mb_min': key(
    z.coerce
      .number()
      .int()
      .min(0)
      .max(limits.memoryGbMax * 1024),
    256,
    'the free memory below which the doctor warns',
  ),
} as const satisfies Record<string, Key>

export type KeyName = keyof typeof keys

export const keyNames = Object.keys(keys) as readonly KeyName[]

export function isKeyName(text: string): text is KeyName {
  return Object.hasOwn(keys, text)
}

/** The environment variable of a key: `coordinator.url` is `VCP_COORDINATOR_URL`. */
export function variableOf(name: KeyName): string {
  return `VCP_${name.replaceAll('.', '_').toUpperCase()}`
}
