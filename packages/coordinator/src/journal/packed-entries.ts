// Entries as they lie in a row of the database: one row for what was appended together, cut only
// where a block of leaves ends. To a database a row is dearer than a kilobyte.
import { blockLeaves } from '@vcp/protocol'
import { checksumOf, corrupt } from './checksum.ts'
import type { JournalEntry } from './journal.ts'

/** Entries that follow each other, each with its length and its checksum before it. */
export interface PackedRow {
  readonly entry_index: number
  readonly bytes: Uint8Array
}

/** Length and checksum of an entry, as unsigned numbers of 32 bits, the lowest byte first. */
const headBytes = 8

/** A batch as rows. None crosses the end of a block, so that whole blocks can be taken away. */
export function packEntries(first: number, batch: readonly Uint8Array[]): readonly PackedRow[] {
  const rows: PackedRow[] = []
  for (let from = 0; from < batch.length; ) {
    const untilBlockEnds = blockLeaves - ((first + from) % blockLeaves)
    const to = Math.min(batch.length, from + untilBlockEnds)
    rows.push(packRow(first + from, batch.slice(from, to)))
    from = to
  }
  return rows
}

function packRow(first: number, entries: readonly Uint8Array[]): PackedRow {
  const size = entries.reduce((sum, { length }) => sum + headBytes + length, 0)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  entries.forEach((entry, i) => {
    at = bytes.writeUInt32LE(entry.length, at)
    at = bytes.writeUInt32LE(checksumOf(first + i, entry), at)
    bytes.set(entry, at)
    at += entry.length
  })
  return { entry_index: first, bytes }
}

/** Those of `from` to `to` (exclusive) in a row; JOURNAL_CORRUPT with the first that is damaged. */
export function unpackEntries(
  { entry_index, bytes }: PackedRow,
  from: number,
  to: number,
): readonly JournalEntry[] {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: JournalEntry[] = []
  for (let index = entry_index, at = 0; at < packed.length && index < to; index++) {
    const start = at + headBytes
    if (start > packed.length) throw corrupt(index, `entry ${index} is cut short`)
    const end = start + packed.readUInt32LE(at)
    if (end > packed.length) throw corrupt(index, `entry ${index} is damaged`)
    if (index >= from) {
      const entry = bytes.subarray(start, end)
      if (packed.readUInt32LE(at + 4) !== checksumOf(index, entry)) {
        throw corrupt(index, `entry ${index} is damaged`)
      }
      entries.push({ index, bytes: entry })
    }
    at = end
  }
  return entries
}
