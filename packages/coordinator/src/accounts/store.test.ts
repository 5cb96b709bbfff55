import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresServer, postgresFault, startPostgres } from '../testing/postgres-server.ts'
import { createMemoryStore } from './memory-store.ts'
import { openPostgresAccounts, openSqliteAccounts } from './open-store.ts'
import { describeAccountStore } from './store.conformance.ts'

const folder = mkdtempSync(join(tmpdir(), 'vcp-accounts-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function newFile(): string {
  files += 1
  return join(folder, `accounts-${files}.sqlite`)
}

describeAccountStore('in memory', async () => createMemoryStore())
describeAccountStore('in SQLite', () => openSqliteAccounts(newFile()))

// skipped: only where the machine has no Postgres, which the run says loudly
describe.skipIf(postgresFault !== null)('with Postgres', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())
  describeAccountStore('in Postgres', async () => openPostgresAccounts(await server.freshUrl()))
})

test('accounts in SQLite are there after a restart', async () => {
  const file = newFile()
  const first = await openSqliteAccounts(file)
  await first.once.take('nonce', 1)
  await first.close()
  const second = await openSqliteAccounts(file)
  expect(await second.once.take('nonce', 1)).toBe(false)
  await second.close()
})
