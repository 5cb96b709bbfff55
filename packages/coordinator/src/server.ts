// A coordinator, put together: journal, state, log, accounts, blobs, the mesh, and the HTTP routes
// over them.
import { randomBytes } from 'node:crypto'
import type { Mesh, Roster } from '@vcp/mesh'
import type { Signer, VcpError } from '@vcp/protocol'
import {
  type AccountOptions,
  type Accounts,
  createAccounts,
  pruneAccounts,
} from './accounts/accounts.ts'
import type { AccountStore } from './accounts/store.ts'
import { createBackend, type MeshPlace } from './backend/backend.ts'
import { createBlobCounter } from './blobs/blob-counter.ts'
import type { Blobs } from './blobs/blobs.ts'
import type { Effect } from './core/effects.ts'
import type { Settings } from './core/settings.ts'
import { figuresOf } from './figures.ts'
import { type History, openHistory } from './history.ts'
import type { Log as Talk } from './http/log.ts'
import type { HttpOptions } from './http/options.ts'
import type { Backend } from './http/ports.ts'
import { type HttpServer, startHttp } from './http/server.ts'
import type { Clock } from './journal/clock.ts'
import type { Journal } from './journal/journal.ts'
import { knownLogOf, type LogKey } from './log/log-key.ts'
import { type KeptState, keepState } from './loop/keep-state.ts'
import type { Loop } from './loop/loop.ts'
import { type Bridge, createBridge, rosterOf } from './mesh/bridge.ts'
import { createRequesterOf } from './mesh/requester.ts'
import { type OpenedProofs, openProofs } from './proofs/open-proofs.ts'
import { openRounds } from './rounds/open-rounds.ts'
import type { RoundDesk } from './rounds/round-desk.ts'

/** What has been opened before, and is closed when the coordinator stops. */
export interface Stores {
  readonly journal: Journal
  readonly accounts: AccountStore
  readonly blobs: Blobs
}

export interface CoordinatorParts {
  readonly stores: Stores
  readonly logKey: LogKey
  /** 32 bytes, for everything that accounts sign and hash. */
  readonly secret: Uint8Array
  readonly clock: Clock
  readonly talk: Talk
  /** Null: nodes cannot come, and nothing is carried to them. */
  readonly mesh: MeshPart | null
  /** Told of what the core wants done, besides the mesh, which does it. */
  onEffect?(effect: Effect): void
}

/** A host of the mesh that is not open yet: whom it believes is for the state to say. */
export interface MeshPart {
  /** Of this peer: who it is in the mesh. */
  readonly signer: Signer
  open(roster: Roster): Promise<Mesh>
}

export interface CoordinatorOptions {
  readonly version: string
  readonly network: string
  readonly core: Settings
  readonly accounts: AccountOptions
  readonly http: HttpOptions
  /** Where people reach it, if anybody has said so. */
  readonly publicUrl: string | null
  readonly newcomerCreditsMicro: number
  /** The state is kept when more entries than these came since the last time, or later. */
  readonly keepStateEvery: number
}

export interface Coordinator {
  /** Where it listens. */
  readonly url: string
  readonly loop: Loop
  /** Where nodes reach it; null where it keeps no mesh. */
  readonly mesh: MeshPlace | null
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
  const { stores, logKey, clock, talk } = parts
  const { journal } = stores
  const history = await openHistory({ journal, logKey, clock, talk }, options.core)
  const { loop, log } = history
  if (parts.onEffect !== undefined) history.onEffect(parts.onEffect)
  const knownLog = knownLogOf(logKey)
  let mesh: Mesh | null = null
  try {
    if (parts.mesh !== null) {
      const { signer, open } = parts.mesh
      mesh = await open(rosterOf(loop.state, signer.peerId, log, knownLog))
    }
    return await startOver(parts, options, history, mesh)
  } catch (error) {
    await mesh?.stop()
    await loop.close()
    throw error
  }
}

/** Everything over a history and a mesh that are open. */
async function startOver(
  parts: CoordinatorParts,
  options: CoordinatorOptions,
  history: History,
  mesh: Mesh | null,
): Promise<Coordinator> {
  const { stores, clock, talk } = parts
  const { journal, blobs } = stores
  const { loop, log, savedSize } = history
  const place = mesh === null ? null : placeOf(mesh)
  const accounts = openAccounts(parts, options.accounts)
  const proofs = openProofs(loop, blobs.store)
  history.onEffect(proofs.desk.carryOut)
  const { secret } = parts
  const rounds = openRounds({ loop, store: blobs.store, clock, secret })
  history.onEffect(rounds.carryOut)
  const backend = createBackend({
    ...{ loop, log, clock, blobs: createBlobCounter(blobs), mesh: place, proofs: proofs.desk },
    rounds,
    requesterOf: createRequesterOf(secret),
    bindings: stores.accounts.bindings,
    ...options,
  })
  const doors: Doors = { ...backend, accounts, trainings: rounds, httpUrl: options.publicUrl }
  const bridge = mesh === null ? null : openBridge(parts, options, history, mesh, doors)
  blobs.held.begin(loop.state)
  const everyEntries = options.keepStateEvery
  const kept = keepState({ journal, loop, clock, talk, savedSize, everyEntries })
  for (const { onDurable } of [backend, blobs.held, kept]) history.onDurable(onDurable)
  await openBooks(stores.accounts, backend.cluster)
  const setupToken = await accounts.registration.setupToken()
  const figures = figuresOf({ ...history, blobs, accounts, bridge, mesh })
  const { nowMs, soon } = clock
  const parted = { accounts, backend, figures, log: talk, nowMs, soon }
  const http = await startHttp(parted, options.http).catch(async (error) => {
    await bridge?.close()
    throw error
  })
  doors.httpUrl ??= isWildcard(options.http.host) ? null : http.url
  await bridge?.serve()
  for (const effect of history.owed) history.carryOut(effect)
  const stopPruning = pruneNowAndThen(parts)
  const stopWatching = backend.watch()
  return {
    url: http.url,
    loop,
    mesh: place,
    logKey: log.verifierKey,
    setupToken,
    ended: loop.ended,
    stop: once(() => {
      stopPruning()
      stopWatching()
      return stop({ http, loop, kept, accounts, stores, bridge, mesh, proofs, rounds })
    }),
  }
}

/** What nodes come in by, and where people do. */
interface Doors {
  readonly nodes: Backend['nodes']
  readonly cluster: Backend['cluster']
  readonly accounts: Accounts
  readonly trainings: RoundDesk
  /** Known once HTTP listens, if then. */
  httpUrl: string | null
}

function openBridge(
  parts: CoordinatorParts,
  { network, core }: CoordinatorOptions,
  history: History,
  mesh: Mesh,
  doors: Doors,
): Bridge {
  const { stores, clock, logKey } = parts
  const { loop, log } = history
  const { nodes, cluster, accounts } = doors
  const bridge = createBridge({
    ...{ mesh, loop, log, clock, nodes, cluster, accounts, randomBytes },
    signer: parts.mesh!.signer,
    requesterOf: createRequesterOf(parts.secret),
    rounds: doors.trainings,
    knownLog: knownLogOf(logKey),
    blobs: stores.blobs,
    terms: () => ({
      network,
      http_url: doors.httpUrl,
      log_key: log.verifierKey,
      heartbeat_ms: core.heartbeatMs,
      lease_ms: core.leaseMs,
    }),
  })
  history.onEffect(bridge.carryOut)
  history.onDurable(bridge.onDurable)
  return bridge
}

function placeOf({ peerId, peers }: Mesh): MeshPlace {
  return { peerId, addresses: () => peers.addresses() }
}

/** Listening on all addresses says nothing of the one that others reach it at. */
function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
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

interface Running {
  readonly http: HttpServer
  readonly loop: Loop
  readonly kept: KeptState
  readonly accounts: Accounts
  readonly stores: Stores
  readonly bridge: Bridge | null
  readonly mesh: Mesh | null
  readonly proofs: OpenedProofs
  readonly rounds: RoundDesk
}

async function stop(running: Running): Promise<void> {
  const { http, loop, kept, accounts, stores, bridge, mesh, proofs, rounds } = running
  // In this order: what is under way may still write and be answered, what is written is closed
  // last.
  await Promise.all([http.stop(), bridge?.close(), proofs.close(), rounds.close()])
  await loop.close()
  await mesh?.stop()
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
