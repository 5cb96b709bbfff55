import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commitmentOf, reveals } from './commitment.ts'
import type { Cid } from './ids.ts'
import { propertyRuns } from './testing/property.ts'
import { ana, ben, receipt } from './testing/samples.ts'

describe('commit and reveal', () => {
  test('two nodes with the same result commit to the same hash under different seals', () => {
    const [first, second] = [commitmentOf(ana.peerId, receipt), commitmentOf(ben.peerId, receipt)]
    expect(first.result_hash).toBe(second.result_hash)
    expect(first.result_seal).not.toBe(second.result_seal)
  })

  test('times and leases do not change what a result is', () => {
    const later = { ...receipt, lease_epoch: 9, started_at_ms: 1, ended_at_ms: 2 }
    expect(commitmentOf(ana.peerId, later).result_hash).toBe(
      commitmentOf(ana.peerId, receipt).result_hash,
    )
  })

  test.each([
    ['output', 'b'.padEnd(59, 'a') as Cid],
    ['gas', 1],
    ['ending', { kind: 'out_of_gas' }],
    ['trace_root', null],
    ['task_digest', '0'.repeat(64)],
    ['engine', { name: 'vcp-sandbox', version: '1.0.1' }],
  ])('another %s is another result', (field, value) => {
    const other = { ...receipt, [field]: value }
    expect(commitmentOf(ana.peerId, other).result_hash).not.toBe(
      commitmentOf(ana.peerId, receipt).result_hash,
    )
  })

  test('a node reveals what it committed to, and cannot reveal what it copied', () => {
    const copied = { ...commitmentOf(ana.peerId, receipt) }
    expect(reveals(ana.peerId, receipt, copied)).toBe(true)
    expect(reveals(ben.peerId, receipt, copied)).toBe(false)
    expect(reveals(ana.peerId, { ...receipt, gas: 1 }, copied)).toBe(false)
  })

  test('no other commitment is revealed by a receipt', () => {
    const change = fc.constantFrom('task_id', 'lease_epoch', 'result_hash', 'result_seal')
    fc.assert(
      fc.property(change, fc.string(), (field, value) => {
        const changed = { ...commitmentOf(ana.peerId, receipt), [field]: value }
        expect(reveals(ana.peerId, receipt, changed as never)).toBe(false)
      }),
      { numRuns: propertyRuns },
    )
  })
})
