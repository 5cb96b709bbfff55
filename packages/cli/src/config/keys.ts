// Every configuration key: what it may hold, what it is when nobody says, what it is for.
import type { ProviderWish } from '@vcp/learning'
import { limits, NetworkName, NodeId, NodeType, Region, TaskType } from '@vcp/protocol'
import * as z from 'zod'
import { themes } from '../dashboard/palette.ts'

interface Key {
  readonly schema: z.ZodType
  readonly default: unknown
  readonly about: string
}

function key<Schema extends z.ZodType>(schema: Schema, value: z.infer<Schema>, about: string) {
  return { schema, default: value, about }
}

const port = z.coerce.number().int().min(0).max(65_535)
const url = z
  .url({ protocol: /^https?$/, normalize: true })
  .transform((text) => text.replace(/\/$/, ''))

/** A list in a file, or one text with commas. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').filter((one) => one !== '') : value),
    z.array(item).max(32),
  )
const yesOrNo = z.union([z.boolean(), z.enum(['true', 'false']).transform((it) => it === 'true')])
const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
/** As `null` a text means the value: an environment has no other way to say it. */
const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === 'null' ? null : value), schema.nullable())
const coordinatorPlace = z
  .string()
  .min(2)
  .max(512)
  .regex(/^(https?:\/\/|\/)[\x21-\x2b\x2d-\x7e]+$/, 'neither a URL nor a multiaddr')
const multiaddr = z
  .string()
  .min(2)
  .max(256)
  .regex(/^\/[\x21-\x2b\x2d-\x7e]+$/, 'not a multiaddr')
/** Said again here: the library that has them is not loaded for every command. */
export const providerWishes = [
  'auto',
  'cpu',
  'cuda',
  'coreml',
  'directml',
  'webgpu',
] as const satisfies readonly ProviderWish[]
const hours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'not HH:MM-HH:MM')

export const keys = {
  'coordinator.url': key(url, 'http://127.0.0.1:8420', 'the coordinator to talk to'),
  'network.name': key(
    NetworkName,
    'local',
    'the network a node belongs to; an owner signs for a node on one network',
  ),
  'node.name': key(NodeId.nullable(), null, 'the name people know this node by'),
  'node.listen_port': key(port, 8421, 'the port other nodes dial; 0 for any that is free'),
  'node.listen': key(
    listOf(multiaddr),
    [],
    'multiaddrs to listen on, in place of those that node.listen_port and the network suggest',
  ),
  'node.reach': key(
    z.enum(['auto', 'loopback', 'lan', 'internet']),
    'auto',
    'how far the network goes; auto: as far as its coordinators are',
  ),
  'node.coordinators': key(
    listOf(coordinatorPlace),
    [],
    'URLs and multiaddrs of coordinators, in the order of preference; none: coordinator.url',
  ),
  'node.region': key(Region, 'local', 'where the node is, in your own words'),
  'node.type': key(NodeType, 'any', 'what the node is for'),
  'node.task_types': key(listOf(TaskType), [], 'the types of task to take; none named: all'),
  'node.tasks_max': key(
    orNull(whole(1, limits.openAssignmentsPerNodeMax)),
    null,
    'tasks at a time; null: one for each core it may use',
  ),
  'node.cpu_share_percent': key(whole(1, 100), 100, 'the share of the cores that tasks may use'),
  'node.memory_mb_max': key(
    orNull(whole(64, limits.memoryGbMax * 1024)),
    null,
    'the memory that tasks may use together; null: what there is, less memory.free_mb_min',
  ),
  'node.others_cpu_percent_max': key(
    whole(1, 100),
    100,
    'take nothing while other programs use more of the cores than this',
  ),
  'node.hours': key(
    orNull(hours),
    null,
    'the hours in which work is taken, by the clock of this machine: 22:00-06:00; null: all',
  ),
  'node.only_on_mains': key(yesOrNo, false, 'take nothing while running on battery'),
  'node.only_when_idle_seconds': key(
    orNull(whole(1, 86_400)),
    null,
    'take work only after nobody has used the machine for so long; null: always',
  ),
  'node.store_gb_max': key(
    z.coerce.number().min(0.01).max(100_000),
    10,
    'the disk that blobs may use',
  ),
  'node.drain_seconds_max': key(
    whole(0, 86_400),
    300,
    'how long a node that is told to stop waits for what it holds',
  ),
  'node.rapidsnark': key(
    orNull(z.string().min(1).max(4_096)),
    null,
    'a rapidsnark binary to make proofs with; null: snarkjs, which comes with vcp',
  ),
  'node.provider': key(
    z.enum(providerWishes),
    'cpu',
    'what to train with; an accelerator only if it computes what the processor does',
  ),
  'node.metrics_port': key(
    orNull(port),
    null,
    'serve figures for Prometheus on this port of 127.0.0.1; null: do not',
  ),
  'dashboard.theme': key(
    z.enum(themes),
    'auto',
    'the ground its colours are for; auto: as COLORFGBG says, dark where it says nothing',
  ),
  'log.mb_max': key(z.coerce.number().min(0.01).max(10_000), 10, 'the size of one file of the log'),
  'log.files_kept': key(whole(0, 1_000), 5, 'full files of the log that are kept'),
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
