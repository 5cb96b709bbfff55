import { blockLeaves } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { type PackedRow, packEntries, unpackEntries } from './packed-entries.ts'

const entry = (value: number) => Uint8Array.of(value, value, value)
const batch = (count: number) => Array.from({ length: count }, (_, i) => entry(i % 256))

function unpacked(rows: readonly PackedRow[], from = 0, to = Number.POSITIVE_INFINITY) {
  return rows.flatMap((row) => unpackEntries(row, from, to))
}

describe('packed entries', () => {
  test('come back, whole or in part, each at its place', () => {
    const rows = packEntries(10, batch(3))
    expect(rows).toHaveLength(1)
    expect(unpacked(rows).map(({ index }) => index)).toEqual([10, 11, 12])
    expect(unpacked(rows, 11, 12)).toMatchObject([{ index: 11, bytes: { 0: 1 } }])
  })

  test('lie in rows that end with their block', () => {
    const rows = packEntries(blockLeaves - 2, batch(blockLeaves + 3))
    const first = rows.map(({ entry_index }) => entry_index)
    expect(first).toEqual([blockLeaves - 2, blockLeaves, 2 * blockLeaves])
    expect(unpacked(rows)).toHaveLength(blockLeaves + 3)
  })

  test('are not believed in the place of others', () => {
    const [row] = packEntries(4, [entry(1)])
    const moved = { ...row!, entry_index: 5 }
    expect(() => unpacked([moved])).toThrow('entry 5 is damaged')
  })

  test.each([
    ['cut in the middle of a head', (bytes: Uint8Array) => bytes.subarray(0, 14), 'cut short'],
    ['cut in the middle of an entry', (bytes: Uint8Array) => bytes.subarray(0, 20), 'damaged'],
    ['given another length', (bytes: Uint8Array) => bytes.with(11, 2), 'damaged'],
  ])('are told from a row that was %s', (_, change, what) => {
    const [row] = packEntries(0, batch(2))
    const bytes = Uint8Array.from(change(row!.bytes))
    expect(unpackEntries({ entry_index: 0, bytes }, 0, 1)).toHaveLength(1)
    const corrupt = { code: 'JOURNAL_CORRUPT', details: { index: 1 } }
    expect(() => unpackEntries({ entry_index: 0, bytes }, 0, 2)).toThrow(
      expect.objectContaining({ ...corrupt, message: expect.stringContaining(what) }),
    )
  })
})
