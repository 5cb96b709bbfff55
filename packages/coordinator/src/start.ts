// A coordinator from its configuration and its data folder.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { profiles, type RateClass, VcpError } from '@vcp/protocol'
import { openPostgresAccounts, openSqliteAccounts } from './accounts/open-store.ts'
import { openSecretFile } from './accounts/secret-file.ts'
import type { AccountStore } from './accounts/store.ts'
import { openBlobFolder } from './blobs/folder-blobs.ts'
import type { KeyName, Values } from './config/keys.ts'
import type { Effect } from './core/effects.ts'
import { defaultSettings } from './core/settings.ts'
import type { Log } from './http/log.ts'
import { standardHttp } from './http/options.ts'
import { type Rates, standardRates } from './http/rate-limiter.ts'
import { systemClock } from './journal/clock.ts'
import type { Journal } from './journal/journal.ts'
import { openSqliteJournal } from './journal/sqlite-journal.ts'
import { ensureLogKey } from './log/log-key.ts'
import { type Coordinator, type CoordinatorOptions, startCoordinator } from './server.ts'

export interface Start {
  readonly dataDir: string
  readonly values: Values
  readonly talk: Log
  carryOut(effect: Effect): void
}

export async function start({ dataDir, values, talk, carryOut }: Start): Promise<Coordinator> {
  makeFolder(dataDir)
  // The journal first: it is what keeps a second process from the same data.
  const journal = await openJournal(dataDir, values['database.url'])
  const opened: { close(): Promise<void> }[] = [journal]
  try {
    const accounts = await openAccounts(dataDir, values['database.url'])
    opened.push(accounts)
    const blobs = await openBlobFolder(join(dataDir, 'blobs'), {
      bytesMax: values['blobs.bytes_max'],
      totalMax: values['blobs.total_max'],
    })
    const parts = {
      stores: { journal, accounts, blobs },
      logKey: ensureLogKey(join(dataDir, 'log.key'), { origin: values['log.origin'], randomBytes }),
      secret: secretOf(dataDir, values['accounts.secret']),
      clock: systemClock,
      talk,
      carryOut,
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

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new VcpError('DATA_FOLDER_UNUSABLE', { message: `${dataDir} cannot be made`, cause })
  }
}

async function openJournal(dataDir: string, url: string | null): Promise<Journal> {
  if (url === null) return openSqliteJournal({ file: join(dataDir, 'journal.sqlite') })
  const { openPostgresJournal } = await import('./journal/postgres-journal.ts')
  return openPostgresJournal({ url })
}

function openAccounts(dataDir: string, url: string | null): Promise<AccountStore> {
  if (url === null) return openSqliteAccounts(join(dataDir, 'accounts.sqlite'))
  return openPostgresAccounts(url)
}

function optionsFrom(values: Values): CoordinatorOptions {
  const host = values['http.host']
  const uri = values['http.public_url'] ?? `http://${host}:${values['http.port']}`
  const newcomers = values['accounts.newcomers']
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
    newcomerCreditsMicro: values['accounts.credits_micro'],
  }
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
