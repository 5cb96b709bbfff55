import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { signerFrom } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { deadUrl, serveBody } from '../../testing/coordinator.ts'
import { fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { entriesOf, keyOfLog, origin, serveLedger } from '../../testing/ledger-server.ts'

const key = keyOfLog()
const forger = signerFrom(new Uint8Array(32).fill(9))
const entries = entriesOf(2_500)
const short = entries.slice(0, 30)

async function exported(argv: readonly string[] = []): Promise<string> {
  const file = join(temporaryFolder(), 'ledger.ndjson')
  const url = await serveLedger({ entries: short })
  const { exitCode } = await run(['ledger', 'export', file, '--coordinator', url, ...argv])
  expect(exitCode).toBe(0)
  return file
}

function written(text: string): string {
  const file = join(temporaryFolder(), 'given')
  writeFileSync(file, text)
  return file
}

describe('vcp ledger head', () => {
  test('shows what the log has signed', async () => {
    const url = await serveLedger({ entries: short })
    const { exitCode, out } = await run(['ledger', 'head', '--coordinator', url, '--json'])
    expect(exitCode).toBe(0)
    const head = JSON.parse(out)
    expect(head).toMatchObject({ origin, tree_size: 30, log_key: key })
    expect(head.checkpoint).toContain(`${origin}\n30\n`)
    const read = await run(['ledger', 'head', '--coordinator', url])
    expect(read.out).toContain(head.root_hash)
  })

  test('fails where another key has signed than the one that is believed', async () => {
    const url = await serveLedger({ entries: short, signer: forger })
    const argv = ['ledger', 'head', '--coordinator', url]
    expect(await fail([...argv, '--log-key', key])).toMatchObject({
      error: 'CHECKPOINT_INVALID',
      exit_code: 8,
    })
    expect((await run(argv)).exitCode).toBe(0)
  })

  test('says so where nothing answers, or something else does', async () => {
    const dead = await fail(['ledger', 'head', '--coordinator', await deadUrl()])
    expect(dead).toMatchObject({ error: 'COORDINATOR_UNREACHABLE', exit_code: 5 })
    for (const [body, status] of [
      ['{}', 200],
      ['<html>', 200],
      ['<html>', 502],
    ] as const) {
      const other = await serveBody(body, status)
      const failure = await fail(['ledger', 'head', '--coordinator', other])
      expect(failure).toMatchObject({ error: 'COORDINATOR_MISBEHAVED', exit_code: 5 })
    }
  })
})

describe('vcp ledger show', () => {
  test('shows an entry whose place was checked', async () => {
    const url = await serveLedger({ entries: short })
    const { exitCode, out } = await run(['ledger', 'show', '7', '--coordinator', url])
    expect(exitCode).toBe(0)
    expect(out).toContain('7 of 30')
    expect(out).toContain('"type": "account-opened"')
    const json = await run(['ledger', 'show', '7', '--coordinator', url, '--json'])
    expect(JSON.parse(json.out)).toMatchObject({ entry: short[7] })
  })

  test.each([
    ['another entry in its place', short.with(7, short[8]!)],
    ['an entry that was changed', short.with(7, { ...short[7]!, at_ms: 1 })],
  ])('fails where the coordinator shows %s', async (_, shown) => {
    const url = await serveLedger({ entries: shown, signed: short })
    const failure = await fail(['ledger', 'show', '7', '--coordinator', url])
    expect(failure).toMatchObject({ error: 'PROOF_INVALID', exit_code: 8 })
  })

  test('says how long the log is where it has no such entry', async () => {
    const url = await serveLedger({ entries: short })
    const failure = await fail(['ledger', 'show', '30', '--coordinator', url])
    expect(failure).toMatchObject({ error: 'NOT_FOUND', exit_code: 2 })
    expect(failure.message).toContain('30 entries')
  })

  test('signs in with an API key', async () => {
    const url = await serveLedger({ entries: short, apiKey: 'vcp_key' })
    const argv = ['ledger', 'show', '7', '--coordinator', url]
    expect(await fail(argv)).toMatchObject({ error: 'UNAUTHENTICATED', exit_code: 4 })
    expect((await run(argv, { env: { VCP_API_KEY: 'vcp_key' } })).exitCode).toBe(0)
  })
})

describe('vcp ledger verify', () => {
  test('checks the log of a coordinator, page by page', async () => {
    const url = await serveLedger({ entries })
    const { exitCode, out } = await run(['ledger', 'verify', '--coordinator', url])
    expect(out).toContain('the log holds')
    expect(out).toContain('2500 checked of 2500')
    expect(exitCode).toBe(0)
  })

  test('waits where the coordinator asks for patience', async () => {
    const url = await serveLedger({ entries: short, busy: 2 })
    expect((await run(['ledger', 'verify', '--coordinator', url])).exitCode).toBe(0)
  })

  test('checks a file without a network', async () => {
    const file = await exported()
    const argv = ['ledger', 'verify', file, '--log-key', key, '--json']
    const { exitCode, out } = await run([...argv, '--coordinator', await deadUrl()])
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      head: { origin, tree_size: 30 },
      counts: { entries: 30, receipts: 0, issued_micro: 0 },
      fault: null,
    })
  })

  test.each([
    ['a flipped bit', (lines: string[]) => lines.with(5, lines[5]!.replace('179', '178')), 5],
    ['a removed event', (lines: string[]) => lines.toSpliced(5, 1), 4],
    ['a reordered pair', (lines: string[]) => lines.with(5, lines[6]!).with(6, lines[5]!), 4],
    ['an entry twice', (lines: string[]) => lines.toSpliced(5, 0, lines[5]!), 5],
    ['a truncated tail', (lines: string[]) => [...lines.slice(0, 20), ''], 19],
  ])('finds %s, says where, and exits 8', async (_, change, index) => {
    const lines = readFileSync(await exported(), 'utf8').split('\n')
    const file = written(change(lines).join('\n'))
    const { exitCode, out } = await run(['ledger', 'verify', file, '--log-key', key])
    expect(exitCode).toBe(8)
    expect(out).toContain(`NOT VERIFIED at entry ${index}:`)
    const json = await run(['ledger', 'verify', file, '--log-key', key, '--json'])
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, fault: { index } })
  })

  test('finds a forged checkpoint, and a coordinator that shows another log', async () => {
    const file = written(readFileSync(await exported(), 'utf8').replace('\\n30\\n', '\\n31\\n'))
    const forged = await run(['ledger', 'verify', file, '--log-key', key])
    expect(forged).toMatchObject({ exitCode: 8 })
    expect(forged.out).toContain('NOT VERIFIED:')
    const url = await serveLedger({ entries: entries.slice(0, 31), signed: short })
    expect((await run(['ledger', 'verify', '--coordinator', url])).exitCode).toBe(0)
    const other = await serveLedger({ entries: short.with(29, entries[30]!), signed: short })
    expect((await run(['ledger', 'verify', '--coordinator', other])).exitCode).toBe(8)
  })

  test('finds history that was rewritten since a head was kept', async () => {
    const url = await serveLedger({ entries: short })
    const head = await run(['ledger', 'head', '--coordinator', url, '--json'])
    const note = JSON.parse(head.out).checkpoint
    const longer = await serveLedger({ entries })
    const shorter = await serveLedger({ entries: short.slice(0, 20) })
    for (const kept of [written(head.out), written(note)]) {
      const argv = ['ledger', 'verify', '--kept', kept, '--coordinator']
      expect((await run([...argv, longer])).exitCode).toBe(0)
      expect((await run([...argv, shorter])).exitCode).toBe(8)
    }
    const nonsense = ['ledger', 'verify', '--kept', written('{'), '--coordinator', longer]
    expect(await fail(nonsense)).toMatchObject({ error: 'CHECKPOINT_INVALID' })
  })

  test.each([
    ['a file without a key', ['ledger', 'verify', 'x'], '--log-key is needed'],
    ['a key that is none', ['ledger', 'verify', 'x', '--log-key', 'y'], '--log-key:'],
    ['a file that is not there', ['ledger', 'verify', '/nowhere', '--log-key', key], '/nowhere'],
    ['an index that is none', ['ledger', 'show', '-1'], 'index'],
  ])('refuses %s', async (_, argv, words) => {
    const { exitCode, err } = await run(argv)
    expect(exitCode).toBe(2)
    expect(err).toContain(words)
  })
})

describe('vcp ledger export', () => {
  test('writes the log, its head first', async () => {
    const lines = readFileSync(await exported(), 'utf8').split('\n')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ format: 'vcp-ledger/1', log_key: key })
    expect(JSON.parse(lines[8] ?? '')).toEqual(short[7])
    expect(lines).toHaveLength(32)
  })

  test('takes no file from its place', async () => {
    const file = written('mine')
    const url = await serveLedger({ entries: short })
    const failure = await fail(['ledger', 'export', file, '--coordinator', url])
    expect(failure).toMatchObject({ error: 'OUTPUT_EXISTS', exit_code: 2 })
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  test('leaves nothing behind where the coordinator fails on the way', async () => {
    const file = join(temporaryFolder(), 'ledger.ndjson')
    const url = await serveLedger({ entries: short, signed: entries })
    const failure = await fail(['ledger', 'export', file, '--coordinator', url])
    expect(failure).toMatchObject({ error: 'COORDINATOR_MISBEHAVED' })
    expect(existsSync(file)).toBe(false)
    expect(readdirSync(dirname(file))).toEqual([])
  })

  test('says so where it cannot write', async () => {
    const url = await serveLedger({ entries: short })
    const file = join(temporaryFolder(), 'nowhere', 'ledger.ndjson')
    const failure = await fail(['ledger', 'export', file, '--coordinator', url])
    expect(failure).toMatchObject({ error: 'OUTPUT_UNWRITABLE', exit_code: 2 })
  })
})
