import { describe, expect, test } from 'vitest'
import { describeJournal } from './journal.conformance.ts'
import { type AppendFault, createMemoryDisk } from './memory-journal.ts'

describeJournal({
  name: 'in memory',
  second: 'takes over',
  async place() {
    const disk = createMemoryDisk()
    return {
      open: () => disk.open(),
      damage: async (index) => disk.damage(index),
      remove: async (index) => disk.remove(index),
    }
  },
})

const bytes = (...each: number[]) => each.map((value) => Uint8Array.of(value))

/** A disk whose appends meet these faults, in order. */
function faulty(...faults: (AppendFault | null)[]) {
  return createMemoryDisk({ faultOf: () => faults.shift() ?? null })
}

describe('a disk in memory', () => {
  test('takes an append again after it was full', async () => {
    const journal = await faulty({ kind: 'full' }).open()
    await expect(journal.append(0, bytes(1))).rejects.toMatchObject({ code: 'DISK_FULL' })
    await journal.append(0, bytes(1))
    expect(journal.size).toBe(1)
  })

  test.each([0, 1, 2])('keeps %i of an append of two that failed', async (kept) => {
    const disk = faulty({ kind: 'failed', kept })
    const journal = await disk.open()
    await expect(journal.append(0, bytes(1, 2))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    await expect(journal.append(0, bytes(1))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    expect((await disk.open()).size).toBe(kept)
  })

  test.each([0, 1, 2])('keeps %i of an append of two in flight at a crash', async (kept) => {
    const sync = Promise.withResolvers<void>()
    const disk = createMemoryDisk({ sync: () => sync.promise })
    const journal = await disk.open()
    const appended = journal.append(0, bytes(1, 2))
    disk.crash(kept)
    sync.resolve()
    await expect(appended).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    expect((await disk.open()).size).toBe(kept)
  })

  test('loses nothing that was acknowledged when it crashes', async () => {
    const disk = createMemoryDisk()
    const journal = await disk.open()
    await journal.append(0, bytes(1, 2))
    disk.crash()
    await expect(journal.append(2, bytes(3))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    expect((await disk.open()).size).toBe(2)
  })

  test('refuses an append whose writer was overtaken while it was in flight', async () => {
    const sync = Promise.withResolvers<void>()
    const disk = createMemoryDisk({ sync: () => sync.promise })
    const older = await disk.open()
    const appended = older.append(0, bytes(1))
    const newer = await disk.open()
    sync.resolve()
    await expect(appended).rejects.toMatchObject({ code: 'JOURNAL_FENCED' })
    await newer.append(0, bytes(2))
    expect(newer.size).toBe(1)
  })
})
