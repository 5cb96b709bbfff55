import { Client } from 'pg'
import { afterAll, assert, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type PostgresServer, postgresFault, startPostgres } from '../testing/postgres-server.ts'
import { damagedBytes, describeJournal } from './journal.conformance.ts'
import type { Journal } from './journal.ts'
import { openPostgresJournal } from './postgres-journal.ts'

let server: PostgresServer | null = null

async function freshUrl(): Promise<string> {
  assert(server !== null)
  return server.freshUrl()
}

async function open(url: string, takeOver = false): Promise<Journal> {
  const journal = await openPostgresJournal({ url, takeOver })
  onTestFinished(() => journal.close())
  return journal
}

/** Does to the database what no journal would. */
async function meddle(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(statement)
  await client.end()
  return rows
}

const bytes = (...values: number[]) => values.map((value) => Uint8Array.of(value))

// skipped: there is no Postgres on this machine, which postgres-server.ts says aloud
describe.runIf(postgresFault === null)('Postgres', () => {
  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(() => server?.stop())

  describeJournal({
    name: 'in Postgres',
    second: 'takes over',
    async place() {
      const url = await freshUrl()
      return {
        open: () => open(url, true),
        damage: async (index) => {
          const covering = `where entry_index <= ${index} order by entry_index desc limit 1`
          const [found] = await meddle(url, `select * from journal_entries ${covering}`)
          const { entry_index, bytes } = found as { entry_index: string; bytes: Buffer }
          const row = { entry_index: Number(entry_index), bytes }
          const hex = Buffer.from(damagedBytes(row, index)).toString('hex')
          const update = `update journal_entries set bytes = '\\x${hex}'`
          await meddle(url, `${update} where entry_index = ${entry_index}`)
        },
        remove: async (index) => {
          await meddle(url, `delete from journal_entries where entry_index = ${index}`)
        },
      }
    },
  })

  describe('a journal in Postgres', () => {
    test('is refused to a second writer that does not mean to take over', async () => {
      const url = await freshUrl()
      const journal = await open(url)
      await expect(open(url)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' })
      await journal.append(0, bytes(1))
      await journal.close()
      expect((await open(url)).size).toBe(1)
    })

    test('is refused to a third one after it was taken over', async () => {
      const url = await freshUrl()
      await open(url)
      await open(url, true)
      await expect(open(url)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' })
    })

    test('is nothing to another one in a schema of its own', async () => {
      const journals = [await open(await freshUrl()), await open(await freshUrl())]
      for (const journal of journals) await journal.append(0, bytes(1, 2))
    })

    test('fences an append that was under way when another took over', async () => {
      const url = await freshUrl()
      const older = await open(url)
      // Whoever holds the writer's row makes the append wait between its start and its end.
      const blocker = new Client({ connectionString: url })
      await blocker.connect()
      await blocker.query('begin')
      await blocker.query('update journal_writer set epoch = epoch + 1')
      const appended = older.append(0, bytes(1))
      const fenced = expect(appended).rejects.toMatchObject({ code: 'JOURNAL_FENCED' })
      await blocker.query('commit')
      await blocker.end()
      await fenced
      expect(await meddle(url, 'select * from journal_entries')).toEqual([])
    })

    test('stores all of an append or nothing', async () => {
      const url = await freshUrl()
      const journal = await open(url)
      await meddle(url, "insert into journal_entries values (0, '')")
      const code = 'JOURNAL_FAILED'
      await expect(journal.append(0, bytes(1, 2))).rejects.toMatchObject({ code })
      await expect(journal.append(0, bytes(1))).rejects.toMatchObject({ code })
      expect(await meddle(url, 'select size from journal_writer')).toEqual([{ size: '0' }])
      const indexes = await meddle(url, 'select entry_index from journal_entries')
      expect(indexes).toEqual([{ entry_index: '0' }])
    })
  })

  describe('a database that is no place for a journal', () => {
    test.each([
      ['cannot be reached', 'postgres://localhost:1/nowhere'],
      ['has no schema', null],
    ])('is said to be none where it %s', async (_, given) => {
      const url = given ?? (await freshUrl()).replace('journal_', 'missing_')
      await expect(open(url)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    })
  })
})
