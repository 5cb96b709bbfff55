import {
  checkConsistency,
  checkInclusion,
  type LedgerEntry,
  leafBytes,
  noteVerifier,
  openCheckpoint,
  publicKeyOf,
  signerFrom,
} from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { type Caller, callerOf, signIn } from '../testing/http-caller.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let admin: Caller
let ana: Caller
let anyone: Caller
beforeAll(async () => {
  server = await startTestServer()
  anyone = callerOf(server.url)
  admin = await signIn(server.url, 'root_1', server.setupToken ?? '')
  ana = await signIn(server.url, 'ana')
  for (let n = 0; n < 3; n += 1) {
    await ana.call('submitTask', { body: { task_id: taskIdOf(n), task: wasmTask() } })
  }
})
afterAll(() => server.stop())

const origin = 'test.example/log'
const key = publicKeyOf(signerFrom(new Uint8Array(32).fill(5)).peerId)!
const log = { origin, verifier: noteVerifier(origin, key) }

async function head() {
  const { text, headers } = await anyone.call('ledgerHead')
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  const opened = openCheckpoint(text, log)
  return opened.ok ? opened.value : expect.unreachable(opened.reason)
}

describe('the ledger over HTTP', () => {
  test('shows its signed head to anybody, and proves what lies under it', async () => {
    const { treeSize, rootHash } = await head()
    const { json } = await admin.call('ledgerEntries', { query: { from: '0' } })
    const entries = json['entries'] as LedgerEntry[]
    expect(json['size']).toBe(entries.length)
    for (const entry of entries.slice(0, treeSize)) {
      const query = { index: String(entry.index), size: String(treeSize) }
      const proof = await anyone.call('ledgerInclusion', { query })
      const claim = checkInclusion(proof.json as never, leafBytes(entry), { treeSize, rootHash })
      expect(claim).toMatchObject({ ok: true })
    }
  })

  test('proves that it only grew', async () => {
    const before = await head()
    await ana.call('submitTask', { body: { task_id: taskIdOf(50), task: wasmTask() } })
    server.advance(2_000)
    const after = await head()
    expect(after.treeSize).toBeGreaterThan(before.treeSize)
    const query = { from: String(before.treeSize), to: String(after.treeSize) }
    const proof = await anyone.call('ledgerConsistency', { query })
    expect(checkConsistency(proof.json as never, before, after)).toMatchObject({ ok: true })
  })

  test('has no proofs of what is not in it', async () => {
    const query = { index: '0', size: '1000000' }
    expect((await anyone.call('ledgerInclusion', { query })).status).toBe(404)
    const backwards = { from: '2', to: '1' }
    expect((await anyone.call('ledgerConsistency', { query: backwards })).status).toBe(404)
  })

  test('shows entries, which have everybody’s tasks in them, to who may read them', async () => {
    const denied = await ana.call('ledgerEntries')
    expect(denied).toMatchObject({ status: 403, json: { details: { scope: 'ledger:read' } } })
    const body = { name: 'auditor', scopes: ['ledger:read'] }
    const made = await admin.call('createApiKey', { body })
    const auditor = anyone.with({ 'x-api-key': made.field('api_key') })
    expect((await auditor.call('ledgerEntries', { query: { limit: '2' } })).status).toBe(200)
  })
})

test('rounds and circuits that are not there are said not to be', async () => {
  expect((await ana.call('listRounds')).json).toEqual({ rounds: [], next_cursor: null })
  expect((await ana.call('getRound', { params: { id: taskIdOf(1) } })).status).toBe(404)
  const claim = { circuit: 'norm', verification_key: 'ab'.repeat(32), public_inputs: [], proof: {} }
  expect((await ana.call('verifyProof', { body: claim })).status).toBe(404)
})
