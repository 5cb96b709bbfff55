import { describe, expect, test } from 'vitest'
import { readsResidentMemory } from './isolation.ts'
import { openMemoryGauge, parseStatus } from './resident-memory.ts'

describe('the memory of a process', () => {
  test('is read from the words of the kernel', () => {
    const text = 'Name:\tnode\nVmHWM:\t  2048 kB\nVmRSS:\t    1024 kB\nThreads:\t1\n'
    expect(parseStatus(text)).toEqual({ nowBytes: 1_048_576, peakBytes: 2_097_152 })
    expect(parseStatus('Name:\tnode\nState:\tZ (zombie)\n')).toBeNull()
  })

  // skipped: only Linux tells, and elsewhere the gauge is null by contract
  test.skipIf(!readsResidentMemory)('is about what the process itself sees', () => {
    const gauge = openMemoryGauge(process.pid)!
    const ratio = gauge.read()!.nowBytes / process.memoryUsage.rss()
    expect(ratio).toBeGreaterThan(0.7)
    expect(ratio).toBeLessThan(1.3)
    gauge.close()
    expect(gauge.read()).toBeNull()
  })

  test('of nobody is unknown', () => {
    expect(openMemoryGauge(2 ** 30)).toBeNull()
  })
})
