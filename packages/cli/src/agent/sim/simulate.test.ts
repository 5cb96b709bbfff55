import { describe, expect, test } from 'vitest'
import { simulate } from './simulate.ts'

describe('an agent among faults', () => {
  test('keeps every promise, whatever goes wrong, and comes to rest when healed', async () => {
    const total = { leases: 0, revealed: 0, crashes: 0 }
    for (let seed = 1; seed <= 1_000; seed++) {
      const { broken, leases, revealed, crashes } = await simulate(seed, { steps: 120 })
      expect({ seed, broken }).toEqual({ seed, broken: null })
      total.leases += leases
      total.revealed += revealed
      total.crashes += crashes
    }
    // It would keep them easily if nothing happened.
    expect(total.leases).toBeGreaterThan(10_000)
    expect(total.revealed).toBeGreaterThan(1_000)
    expect(total.crashes).toBeGreaterThan(1_000)
  }, 120_000)

  test('does the same again from the same seed', async () => {
    for (const seed of [3, 14, 159]) expect(await simulate(seed)).toEqual(await simulate(seed))
  })
})
