// Accounts in memory with cheap passwords, and a clock that stands still until it is moved.
import { createHash } from 'node:crypto'
import { type AccountOptions, type Accounts, createAccounts } from '../accounts/accounts.ts'
import { createMemoryStore } from '../accounts/memory-store.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'

export interface TestAccounts extends Accounts {
  readonly clock: ManualClock
}

export const place = {
  domain: 'coordinator.example',
  uri: 'https://coordinator.example',
  chainId: 1,
} as const

/** Too cheap for anything but tests. */
export const cheapPasswords = {
  cost: { logN: 4, r: 8, p: 1 },
  concurrency: 2,
  queueMax: 64,
} as const

/** The same bytes in every run, never the same twice in one. */
export function countedBytes(): (count: number) => Uint8Array {
  let calls = 0
  return (count) => {
    calls += 1
    return createHash('shake256', { outputLength: count }).update(String(calls)).digest()
  }
}

export function testAccounts(options: Partial<AccountOptions> = {}): TestAccounts {
  const clock = manualClock()
  const accounts = createAccounts(
    {
      store: createMemoryStore(),
      secret: new Uint8Array(32).fill(7),
      nowMs: clock.nowMs,
      randomBytes: countedBytes(),
      onFailure(error) {
        throw error
      },
    },
    {
      audience: 'test',
      place,
      accessSeconds: 3_600,
      newcomerRole: 'operator',
      passwords: cheapPasswords,
      ...options,
    },
  )
  return { ...accounts, clock }
}
