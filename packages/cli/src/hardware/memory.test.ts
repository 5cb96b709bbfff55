import { totalmem } from 'node:os'
import { describe, expect, test } from 'vitest'
import { virtualMachine } from '../testing/recordings.ts'
import { memoryFrom, type RawMemory, readMemory } from './memory.ts'

const recorded = virtualMachine.memory
const gb = 2 ** 30

function given(answer: object, more: Partial<RawMemory> = {}): RawMemory {
  return { ...recorded, ...more, answer }
}

describe('memory', () => {
  test('of the recorded machine is read whole; nearly 2^64 is no limit', () => {
    expect(memoryFrom(recorded)).toEqual({
      total_bytes: 25_276_502_016,
      available_bytes: 24_833_597_440,
      limit_bytes: null,
      swap_total_bytes: 0,
      swap_free_bytes: 0,
    })
  })

  test('under a limit is what the cgroup leaves, not what the machine has', () => {
    const answer = { total: 16 * gb, available: 12 * gb, swaptotal: 0, swapfree: 0 }
    const raw = given(answer, { constrained: 2 * gb, available: gb })
    expect(memoryFrom(raw)).toMatchObject({ limit_bytes: 2 * gb, available_bytes: gb })
  })

  test.each([
    ['vm_stat failed', { total: 16 * gb, available: 0 }, 'available_bytes'],
    ['sysctl failed', { total: Number.NaN, available: Number.NaN }, 'total_bytes'],
    ['more is available than there is', { total: gb, available: 2 * gb }, 'available_bytes'],
    ['the total is negative', { total: -1 }, 'total_bytes'],
    ['the answer is empty', {}, 'total_bytes'],
  ] as const)('is unknown where %s', (_, answer, field) => {
    expect(memoryFrom(given(answer, { constrained: 0 }))[field]).toBeNull()
  })

  test('counts no swap on Linux, and does not know it where 0 stands for "not read"', () => {
    const answer = { total: gb, available: gb / 2, swaptotal: 0, swapfree: 0 }
    expect(memoryFrom(given(answer)).swap_total_bytes).toBe(0)
    expect(memoryFrom(given(answer, { platform: 'freebsd' })).swap_total_bytes).toBeNull()
  })

  test('of this machine is as large as Node says', async () => {
    expect(memoryFrom(await readMemory()).total_bytes).toBe(totalmem())
  })
})
