// A coordinator from its configuration and its data folder.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { profiles, type RateClass, signerFrom, VcpError } from '@vcp/protocol'
import { openPostgresAccounts, openSqliteAccounts } from './accounts/open-store.ts'
import { openSecretFile } from './accounts/secret-file.ts'
import type { AccountStore } from './accounts/store.ts'
import { openBlobs } from './blobs/blobs.ts'
import type { KeyName, Values } from './config/keys.ts'
import { defaultSettings } from './core/settings.ts'
import type { Log } from './http/log.ts'
import { standardHttp } from './http/options.ts'
import { type Rates, standardRates } from './http/rate-limiter.ts'
import { systemClock } from './journal/clock.ts'
import type { Journal } from './journal/journal.ts'
import { openThreadedJournal } from './journal/threaded-journal.ts'
import { ensureLogKey } from './log/log-key.ts'
import { isLoopback, openListener } from './mesh/listen.ts'
import {
  type Coordinator,
  type CoordinatorOptions,
  type MeshPart,
  startCoordinator,
} from './server.ts'

export interface Start {
  readonly dataDir: string
  readonly values: Values
  readonly talk: Log
}

export async function start({ dataDir, values, talk }: Start): Promise<Coordinator> {
  makeFolder(dataDir)
  // The journal first: it is what keeps a second process from the same data.
  const journal = await openJournal(dataDir, values['database.url'])
  const opened: { close(): Promise<void> }[] = [journal]
  try {
    const accounts = await openAccounts(dataDir, values['database.url'])
    opened.push(accounts)
    const blobLimits = {
      bytesMax: values['blobs.bytes_max'],
      totalMax: values['blobs.total_max'],
      freeMin: values['blobs.free_min'],
      resultsMs: values['blobs.results_seconds'] * 1_000,
    }
    const blobs = await openBlobs(join(dataDir, 'blobs'), blobLimits, systemClock)
    const parts = {
      stores: { journal, accounts, blobs },
      logKey: ensureLogKey(join(dataDir, 'log.key'), { origin: values['log.origin'], randomBytes }),
      secret: secretOf(dataDir, values['accounts.secret']),
      clock: systemClock,
      talk,
      mesh: meshPartOf(dataDir, values),
    }
    return await startCoordinator(parts, optionsFrom(values))
  } catch (error) {
    for (const store of opened.reverse()) await store.close()
    throw error
  }
}

/** Several coordinators over one database share a secret, so that tokens of one work at another. */
function secretOf(dataDir: string, given: string | null): Uint8Array {
  if (given !== null) return Buffer.from(given, 'hex')
  return openSecretFile(join(dataDir, 'accounts.key'), randomBytes)
}

/** Each of several coordinators over one database is a peer of its own. */
function meshPartOf(dataDir: string, values: Values): MeshPart | null {
  if (!values['mesh.enabled']) return null
  const signer = signerFrom(openSecretFile(join(dataDir, 'peer.key'), randomBytes))
  return { signer, open: (roster) => openListener(values, signer, roster) }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message: `${dataDir} cannot be made`, cause })
  }
}

async function openJournal(dataDir: string, url: string | null): Promise<Journal> {
  if (url === null) return openThreadedJournal({ file: join(dataDir, 'journal.sqlite') })
  const { openPostgresJournal } = await import('./journal/postgres-journal.ts')
  return openPostgresJournal({ url })
}

function openAccounts(dataDir: string, url: string | null): Promise<AccountStore> {
  if (url === null) return openSqliteAccounts(join(dataDir, 'accounts.sqlite'))
  return openPostgresAccounts(url)
}

function optionsFrom(values: Values): CoordinatorOptions {
  const host = values['http.host']
  const isOpen = isLoopback(host)
  const uri = values['http.public_url'] ?? `http://${host}:${values['http.port']}`
  const newcomers = newcomersOf(values)
  return {
    version: version(),
    network: values['network.name'],
    core: {
      ...defaultSettings,
      profile: profiles[values['policy.profile']],
      strategy: values['match.strategy'],
    },
    accounts: {
      audience: values['network.name'],
      place: { domain: new URL(uri).host, uri, chainId: values['accounts.chain_id'] },
      accessSeconds: values['accounts.access_seconds'],
      newcomerRole: newcomers === 'none' ? null : newcomers,
    },
    http: {
      ...standardHttp,
      host,
      port: values['http.port'],
      trustedProxies: values['http.trusted_proxies'],
      corsOrigins: values['http.cors_origins'],
      connectionsMax: values['http.connections_max'],
      checkAnswers: values['http.check_answers'],
      rates: ratesFrom(values),
    },
    keepStateEvery: values['journal.keep_state_every'],
    publicUrl: values['http.public_url'],
    newcomerCreditsMicro: values['accounts.credits_micro'] ?? (isOpen ? someCreditsMicro : 0),
  }
}

/** Enough to try things out with; where strangers come in, credits are given by somebody. */
const someCreditsMicro = 1_000_000_000

/** What who registers becomes. Strangers come in only where somebody has said so. */
export function newcomersOf(values: Values): 'operator' | 'submitter' | 'none' {
  return values['accounts.newcomers'] ?? (isLoopback(values['http.host']) ? 'operator' : 'none')
}

function ratesFrom(values: Values): Rates {
  const classes = Object.keys(standardRates) as RateClass[]
  const entries = classes.map((name) => {
    const at = (unit: string) => values[`rates.${name}.${unit}` as KeyName]
    return [name, { perMinute: at('per_minute'), burst: at('burst') }]
  })
  return Object.fromEntries(entries)
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
