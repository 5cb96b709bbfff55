// Every configuration key of the coordinator: what it may hold, what it is when nobody says, what
// it is for. A flag comes before the environment, that before the file, that before the default.
import { NetworkName, rateLimits } from '@vcp/protocol'
import * as z from 'zod'
import { strategies } from '../core/match/strategies.ts'

interface Key {
  readonly schema: z.ZodType
  readonly default: unknown
  readonly about: string
}

function key<Schema extends z.ZodType>(schema: Schema, value: z.infer<Schema>, about: string) {
  return { schema, default: value, about }
}

const port = z.coerce.number().int().min(0).max(65_535)
const count = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const url = z
  .url({ protocol: /^https?$/, normalize: true })
  .transform((text) => text.replace(/\/$/, ''))
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
/** A list in a file, or one text with commas. */
const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter((item) => item !== '') : value),
  z.array(z.string().min(1).max(256)).max(64),
)

function rateKeys() {
  const entries = Object.entries(rateLimits).flatMap(([name, { perMinute, burst }]) => [
    [`rates.${name}.per_minute`, key(count, perMinute, `${name} requests a minute of one caller`)],
    [`rates.${name}.burst`, key(count, burst, `${name} requests at once of one caller`)],
  ])
  return Object.fromEntries(entries) as {
    readonly [Name in `rates.${keyof typeof rateLimits}.${'per_minute' | 'burst'}`]: ReturnType<
      typeof key<typeof count>
    >
  }
}

export const keys = {
  'network.name': key(NetworkName, 'local', 'the network; owners sign for a node on one network'),
  'http.host': key(z.string().min(1).max(255), '127.0.0.1', 'the address to listen on'),
  'http.port': key(port, 8420, 'the port to listen on; 0 for any that is free'),
  'http.public_url': key(
    url.nullable(),
    null,
    'where people reach this coordinator; it stands in what wallets sign',
  ),
  'http.trusted_proxies': key(list, [], 'proxies whose word on a caller’s address is taken'),
  'http.cors_origins': key(list, [], 'web pages of these origins may call'),
  'http.connections_max': key(count, 10_000, 'connections at a time'),
  'http.check_answers': key(flag, false, 'hold every answer against its schema, while developing'),
  'mesh.enabled': key(flag, true, 'whether nodes can join; without it nothing is carried to them'),
  'mesh.listen': key(
    list,
    [],
    'multiaddrs to listen on; none: TCP on http.host, two above http.port',
  ),
  'mesh.announce': key(list, [], 'multiaddrs told to others in place of those it finds itself'),
  'mesh.profile': key(
    z.enum(['loopback', 'lan', 'internet']).nullable(),
    null,
    'what the mesh has to reckon with; null: by what it listens on and announces',
  ),
  'mesh.relay': key(flag, true, 'whether it carries the traffic of nodes that nobody can reach'),
  'mesh.connections_max': key(count, 10_000, 'connections of the mesh at a time'),
  'database.url': key(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//)
      .nullable(),
    null,
    'a Postgres for journal and accounts, in place of files in the data folder',
  ),
  'accounts.secret': key(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    null,
    'the secret of all tokens in hexadecimal, from the environment; else it is in accounts.key',
  ),
  'accounts.newcomers': key(
    z.enum(['operator', 'submitter', 'none']).nullable(),
    null,
    'what who registers becomes; none: only the first administrator comes in; null: an operator ' +
      'where only this machine can reach http.host, elsewhere none',
  ),
  'accounts.access_seconds': key(
    z.coerce.number().int().min(60).max(86_400),
    86_400,
    'how long an access token is good for',
  ),
  'accounts.chain_id': key(count, 1, 'the chain that stands in the message wallets sign'),
  'accounts.credits_micro': key(
    z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
    null,
    'millionths of a credit that a new account is given; null: a thousand credits where only ' +
      'this machine can reach http.host, elsewhere nothing',
  ),
  'policy.profile': key(
    z.enum(['open', 'public']),
    'open',
    'the hardware a task may ask for: any (open), or the table of the public network',
  ),
  'match.strategy': key(
    z.enum(strategies),
    'weighted',
    'how a node is chosen among those that fit',
  ),
  'log.origin': key(
    z
      .string()
      .max(255)
      .regex(/^[\x21-\x2a\x2c-\x7e]+$/),
    'vcp.local/log',
    'what a new log is called; one that is there keeps its name',
  ),
  'journal.keep_state_every': key(
    count,
    100_000,
    'entries after which the state is kept again; twice its tasks and nodes, where that is more',
  ),
  'blobs.bytes_max': key(count, 52_428_800, 'bytes of one blob'),
  'blobs.total_max': key(count, 10_737_418_240, 'bytes of all blobs together'),
  'blobs.free_min': key(
    z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    268_435_456,
    'bytes that blobs leave free on the disk',
  ),
  'blobs.results_seconds': key(
    count,
    604_800,
    'how long an accepted output stays for sure; after that as long as there is room',
  ),
  ...rateKeys(),
} as const satisfies Record<string, Key>

export type KeyName = keyof typeof keys

export const keyNames = Object.keys(keys) as readonly KeyName[]

export function isKeyName(text: string): text is KeyName {
  return Object.hasOwn(keys, text)
}

export type Values = { readonly [Name in KeyName]: z.infer<(typeof keys)[Name]['schema']> }

/** `http.port` is `VCP_COORDINATOR_HTTP_PORT`. */
export function variableOf(name: KeyName): string {
  return `VCP_COORDINATOR_${name.replaceAll('.', '_').toUpperCase()}`
}
