// A coordinator, put together: journal, state, log, accounts, blobs, and the HTTP routes over them.
import { randomBytes, randomInt } from 'node:crypto'
import type { LedgerEntry, VcpError } from '@vcp/protocol'
import {
  type AccountOptions,
  type Accounts,
  createAccounts,
  pruneAccounts,
} from './accounts/accounts.ts'
import type { AccountStore } from './accounts/store.ts'
import { createBackend } from './backend/backend.ts'
import type { BlobFolder } from './blobs/folder-blobs.ts'
import type { Effect } from './core/effects.ts'
import { resume } from './core/resume.ts'
import type { Settings } from './core/settings.ts'
import type { Log as Talk } from './http/log.ts'
import type { HttpOptions } from './http/options.ts'
import { type HttpServer, startHttp } from './http/server.ts'
import type { Clock } from './journal/clock.ts'
import { createGroupCommit, type GroupCommit } from './journal/group-commit.ts'
import type { Journal } from './journal/journal.ts'
import { openLog } from './log/log.ts'
import type { LogKey } from './log/log-key.ts'
import { type KeptState, keepState } from './loop/keep-state.ts'
import { createLoop, type Loop } from './loop/loop.ts'
import { recover } from './loop/recover.ts'

/** What has been opened before, and is closed when the coordinator stops. */
export interface Stores {
  readonly journal: Journal
  readonly accounts: AccountStore
  readonly blobs: BlobFolder
}

export interface CoordinatorParts {
  readonly stores: Stores
  readonly logKey: LogKey
  /** 32 bytes, for everything that accounts sign and hash. */
  readonly secret: Uint8Array
  readonly clock: Clock
  readonly talk: Talk
  /** Carries out what the core wants done. It may be told the same twice. */
  carryOut(effect: Effect): void
}

export interface CoordinatorOptions {
  readonly version: string
  readonly network: string
  readonly core: Settings
  readonly accounts: AccountOptions
  readonly http: HttpOptions
  readonly newcomerCreditsMicro: number
  /** The state is kept when more entries than these came since the last time, or later. */
  readonly keepStateEvery: number
}

export interface Coordinator {
  /** Where it listens. */
  readonly url: string
  readonly loop: Loop
  /** The key that people check the log with. */
  readonly logKey: string
  /** For the first administrator; null where there is one. */
  readonly setupToken: string | null
  /** Resolves with the reason when nothing is taken any more. */
  readonly ended: Promise<VcpError>
  /** Lets what is under way end, and closes everything. */
  stop(): Promise<void>
}

export async function startCoordinator(
  parts: CoordinatorParts,
  options: CoordinatorOptions,
): Promise<Coordinator> {
  const { stores, logKey, clock, talk, carryOut } = parts
  const { journal } = stores
  const { state, previous, replayed, passedOver } = await recover(journal, options.core)
  if (passedOver !== null) {
    const fields = { reason: passedOver }
    talk({ level: 'warning', message: 'the snapshot is passed over', fields })
  }
  talk({ level: 'info', message: 'the journal is read', fields: { entries: replayed } })
  const savedSize = state.nextIndex - replayed
  const listeners: ((entries: readonly LedgerEntry[]) => void)[] = []
  const commit = createGroupCommit(journal, clock)
  const log = await openLog(journal, logKey, clock)
  const loop = createLoop({
    state,
    previous,
    commit,
    clock,
    entropy: () => randomInt(2 ** 32),
    onDurable: (entries) => {
      for (const listener of listeners) listener(entries)
    },
    carryOut,
  })
  for (const effect of resume(state, clock.nowMs())) carryOut(effect)
  const accounts = openAccounts(parts, options.accounts)
  const backend = createBackend({
    loop,
    log,
    clock,
    blobs: stores.blobs,
    bindings: stores.accounts.bindings,
    ...options,
  })
  const everyEntries = options.keepStateEvery
  const kept = keepState({ journal, loop, clock, talk, savedSize, everyEntries })
  listeners.push(backend.onDurable, kept.onDurable)
  await openBooks(stores.accounts, backend.cluster)
  const setupToken = await accounts.registration.setupToken()
  const figures = figuresOf(loop, commit, stores.blobs, accounts)
  const { nowMs, soon } = clock
  const stopPruning = pruneNowAndThen(parts)
  const http = await startHttp({ accounts, backend, figures, log: talk, nowMs, soon }, options.http)
  return {
    url: http.url,
    loop,
    logKey: log.verifierKey,
    setupToken,
    ended: loop.ended,
    stop: once(() => {
      stopPruning()
      return stop({ http, loop, kept, accounts, stores })
    }),
  }
}

function openAccounts({ stores, secret, clock, talk }: CoordinatorParts, options: AccountOptions) {
  return createAccounts(
    {
      store: stores.accounts,
      secret,
      nowMs: clock.nowMs,
      randomBytes,
      onFailure(error) {
        const fields = { error: (error as Error).message }
        talk({ level: 'error', message: 'the audit log cannot be written', fields })
      },
    },
    options,
  )
}

const pruneEveryMs = 3_600_000

/** Drops tokens and nonces that expired, every hour; returns what ends it. */
function pruneNowAndThen({ stores, clock, talk }: CoordinatorParts): () => void {
  let cancel = () => {}
  const prune = async () => {
    cancel = clock.after(pruneEveryMs, () => void prune())
    try {
      await pruneAccounts(stores.accounts, clock.nowMs())
    } catch (error) {
      const fields = { error: (error as Error).message }
      talk({ level: 'warning', message: 'expired tokens cannot be dropped', fields })
    }
  }
  cancel = clock.after(pruneEveryMs, () => void prune())
  return () => cancel()
}

/** An account whose books were not opened yet: the process ended between the two. */
async function openBooks(
  store: AccountStore,
  cluster: { accountOpened(id: never): Promise<unknown> },
): Promise<void> {
  const pageMax = 1_000
  for (let after: string | null = null; ; ) {
    const page = await store.accounts.list(after, pageMax)
    await Promise.all(page.map(({ accountId }) => cluster.accountOpened(accountId as never)))
    if (page.length < pageMax) return
    after = page.at(-1)?.accountId ?? null
  }
}

function figuresOf(loop: Loop, commit: GroupCommit, blobs: BlobFolder, accounts: Accounts) {
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
      read: () => blobs.totalBytes,
    },
    {
      name: 'vcp_audit_rows_dropped',
      help: 'Rows of the audit log that storage was too slow for.',
      read: () => accounts.audit.dropped,
    },
  ]
}

interface Running {
  readonly http: HttpServer
  readonly loop: Loop
  readonly kept: KeptState
  readonly accounts: Accounts
  readonly stores: Stores
}

async function stop({ http, loop, kept, accounts, stores }: Running): Promise<void> {
  // In this order: what is under way may still write, what is written is closed last.
  await http.stop()
  await loop.close()
  await kept.close()
  await accounts.audit.flush()
  await stores.accounts.close()
  await stores.journal.close()
}

function once(work: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | null = null
  return () => {
    started ??= work()
    return started
  }
}
