import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { mountFault, smallDisk } from '../testing/small-disk.ts'
import { damagedBytes, describeJournal } from './journal.conformance.ts'
import type { Journal } from './journal.ts'
import type { PackedRow } from './packed-entries.ts'
import { openSqliteJournal } from './sqlite-journal.ts'
import { openThreadedJournal } from './threaded-journal.ts'

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-journal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'journal.db')
}

async function open(file: string): Promise<Journal> {
  const journal = await openSqliteJournal({ file })
  onTestFinished(() => journal.close())
  return journal
}

async function openThreaded(file: string): Promise<Journal> {
  const journal = await openThreadedJournal({ file })
  onTestFinished(() => journal.close())
  return journal
}

/** Changes the file as no journal would. */
function meddle(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

/** Flips a bit of a stored entry. */
function damage(file: string, index: number): void {
  const db = new DatabaseSync(file)
  const covering = 'from journal_entries where entry_index <= ? order by entry_index desc limit 1'
  const row = db.prepare(`select * ${covering}`).get(index) as unknown as PackedRow
  const update = db.prepare('update journal_entries set bytes = ? where entry_index = ?')
  update.run(damagedBytes(row, index), row.entry_index)
  db.close()
}

for (const [name, opened] of [
  ['in SQLite', open],
  ['in SQLite, in a thread of its own', openThreaded],
] as const) {
  describeJournal({
    name,
    second: 'refused',
    async place() {
      const file = temporaryFile()
      const remove = 'delete from journal_entries'
      return {
        open: () => opened(file),
        damage: async (index) => damage(file, index),
        remove: async (index) => meddle(file, `${remove} where entry_index = ${index}`),
      }
    },
  })
}

/** A process of its own that appends one entry after another, and says so after each. */
function appendingProcess(file: string) {
  const script = fileURLToPath(new URL('../testing/append-for-ever.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

describe('a journal in SQLite', () => {
  test('is refused to a second process, and loses nothing when the first is killed', async () => {
    const file = temporaryFile()
    const child = appendingProcess(file)
    let acknowledged = 0
    child.stdout.setEncoding('utf8')
    for await (const text of child.stdout as AsyncIterable<string>) {
      acknowledged = Math.max(acknowledged, ...text.trim().split('\n').map(Number))
      if (acknowledged >= 20) break
    }
    await expect(open(file)).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      details: { file },
    })
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const journal = await open(file)
    expect(journal.size).toBeGreaterThanOrEqual(acknowledged)
    let read = 0
    for await (const page of journal.read(0)) read += page.length
    expect(read).toBe(journal.size)
  })

  test('is durable by its settings, not by the defaults of a driver', async () => {
    const file = temporaryFile()
    await (await open(file)).close()
    const db = new DatabaseSync(file)
    expect(db.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
    db.close()
  })

  test('says so where the file is no database', async () => {
    const file = temporaryFile()
    writeFileSync(file, 'something else entirely, long enough to have a header'.repeat(40))
    await expect(open(file)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
  })

  test('fails, in its thread too, where the folder is not there', async () => {
    const file = join(temporaryFile(), 'nowhere', 'journal.db')
    await expect(openThreaded(file)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  })

  test('says so where the folder is not there', async () => {
    const file = join(temporaryFile(), 'nowhere', 'journal.db')
    await expect(open(file)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  })

  test.each([
    ['a leaf block', "update journal_blocks set hashes = x'00'"],
    ['a root', "update journal_blocks set root = x'00'"],
    ['a snapshot', "update journal_snapshots set bytes = x'00'"],
  ])('shows a damaged row of %s', async (_, sql) => {
    const file = temporaryFile()
    const journal = await open(file)
    await journal.append(
      0,
      Array.from({ length: 256 }, () => Uint8Array.of(1)),
    )
    await journal.saveSnapshot('state', { size: 256, bytes: Uint8Array.of(1) })
    await journal.close()
    meddle(file, sql)
    const again = await open(file)
    const reads = [again.leafHashes(0), again.blockRoots(0), again.newestSnapshot('state')]
    const results = await Promise.allSettled(reads)
    const failures = results.filter(({ status }) => status === 'rejected')
    expect(failures).toMatchObject([{ reason: { code: 'JOURNAL_CORRUPT' } }])
  })
})

// skipped: no file system can be mounted here, which small-disk.ts says aloud
describe.runIf(mountFault === null)('a journal in SQLite on a full disk', () => {
  test('refuses an append, keeps what it had, and goes on when there is room', async () => {
    const disk = smallDisk()
    const file = join(disk.folder, 'journal.db')
    const journal = await open(file)
    await journal.append(0, [new Uint8Array(1_000)])
    disk.fill()
    const large = Array.from({ length: 300 }, () => new Uint8Array(1_000))
    await expect(journal.append(1, large)).rejects.toMatchObject({ code: 'DISK_FULL' })
    const snapshot = { size: 1, bytes: new Uint8Array(100_000) }
    await expect(journal.saveSnapshot('state', snapshot)).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
    expect(journal.size).toBe(1)
    disk.clear()
    await journal.append(1, large)
    await journal.close()
    const again = await open(file)
    let read = 0
    for await (const page of again.read(0)) read += page.length
    expect(read).toBe(301)
  })
})
