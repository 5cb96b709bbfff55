// A whole coordinator on loopback: the real core, loop and log, over memory in place of disks.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signerFrom } from '@vcp/protocol'
import type { AccountOptions } from '../accounts/accounts.ts'
import { createMemoryStore } from '../accounts/memory-store.ts'
import type { AccountStore } from '../accounts/store.ts'
import { type BlobLimits, openBlobs, standardBlobs } from '../blobs/blobs.ts'
import type { Effect } from '../core/effects.ts'
import { defaultSettings, type Settings } from '../core/settings.ts'
import type { LogLine } from '../http/log.ts'
import { type HttpOptions, standardHttp, standardTimeouts, type Timeouts } from '../http/options.ts'
import { systemClock } from '../journal/clock.ts'
import { createMemoryDisk, type MemoryDisk } from '../journal/memory-journal.ts'
import { type Coordinator, type MeshPart, startCoordinator } from '../server.ts'
import { cheapPasswords, place } from './test-accounts.ts'

export interface TestServer extends Coordinator {
  readonly effects: readonly Effect[]
  readonly talk: readonly LogLine[]
  readonly accountStore: AccountStore
  /** Moves the clock on for tokens and rates; timers keep to the real one. */
  advance(ms: number): void
}

export interface TestServerOptions {
  readonly http?: Partial<HttpOptions>
  readonly timeouts?: Partial<Timeouts>
  readonly accounts?: Partial<AccountOptions>
  readonly core?: Partial<Settings>
  readonly quota?: Partial<BlobLimits>
  /** No mesh unless one is given. */
  readonly mesh?: MeshPart
  readonly disk?: MemoryDisk
  readonly newcomerCreditsMicro?: number
}

export const roomyRates = {
  auth: { perMinute: 1_000_000, burst: 1_000_000 },
  nodes: { perMinute: 1_000_000, burst: 1_000_000 },
  tasks: { perMinute: 1_000_000, burst: 1_000_000 },
  proofs: { perMinute: 1_000_000, burst: 1_000_000 },
  general: { perMinute: 1_000_000, burst: 1_000_000 },
} as const

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-coordinator-'))
  const effects: Effect[] = []
  const talk: LogLine[] = []
  const accountStore = createMemoryStore()
  const disk = options.disk ?? createMemoryDisk()
  let aheadMs = 0
  const clock = { ...systemClock, nowMs: () => Date.now() + aheadMs }
  const coordinator = await startCoordinator(
    {
      stores: {
        journal: await disk.open(),
        accounts: accountStore,
        blobs: await openBlobs(folder, { ...standardBlobs, freeMin: 0, ...options.quota }, clock),
      },
      logKey: { origin: 'test.example/log', signer: signerFrom(new Uint8Array(32).fill(5)) },
      secret: new Uint8Array(32).fill(7),
      clock,
      talk: (line) => talk.push(line),
      mesh: options.mesh ?? null,
      onEffect: (effect) => effects.push(effect),
    },
    {
      version: '0.0.0-test',
      network: 'test',
      core: { ...defaultSettings, ...options.core },
      accounts: {
        audience: 'test',
        place,
        accessSeconds: 3_600,
        newcomerRole: 'operator',
        passwords: cheapPasswords,
        ...options.accounts,
      },
      http: {
        ...standardHttp,
        port: 0,
        rates: roomyRates,
        checkAnswers: true,
        ...options.http,
        timeouts: { ...standardTimeouts, ...options.timeouts },
      },
      keepStateEvery: 100_000,
      publicUrl: null,
      newcomerCreditsMicro: options.newcomerCreditsMicro ?? 0,
    },
  )
  return {
    ...coordinator,
    effects,
    talk,
    accountStore,
    advance(ms) {
      aheadMs += ms
    },
    async stop() {
      await coordinator.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
