import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeCheckpoint, openCheckpoint } from './checkpoint.ts'
import { digestOf } from './digest.ts'
import type { OwnerAddress } from './ids.ts'
import { publicKeyOf, signerFrom } from './keys.ts'
import { entryDigest } from './ledger-chain.ts'
import { type LedgerEntry, type LedgerEvent, leafBytes } from './ledger-event.ts'
import { checkLedgerFile, writeLedgerLine } from './ledger-file.ts'
import { leafHash, merkleRoot } from './merkle.ts'
import { noteVerifier, writeVerifierKey } from './signed-note.ts'
import {
  committedOf,
  entriesOf,
  knownLog,
  logSigner,
  origin,
  receiptBy,
  revealedOf,
} from './testing/log.ts'
import { propertyRuns } from './testing/property.ts'
import { ana, ben, taskId } from './testing/samples.ts'
import { toDigests } from './tree-head.ts'

const owner = { kind: 'owner', address: `0x${'1a'.repeat(20)}` as OwnerAddress } as const
const escrow = { kind: 'escrow', task_id: taskId } as const
const account = { kind: 'account', account_id: taskId as never } as const
const issuer = { kind: 'issuer' } as const
type Party = typeof owner | typeof escrow | typeof account | typeof issuer

function moved(from: Party, to: Party, amount_micro: number): LedgerEvent {
  return { type: 'credits-moved', from, to, amount_micro, reason: 'issued', task_id: null }
}

const events: readonly LedgerEvent[] = [
  moved(issuer, account, 100),
  { type: 'task-failed', task_id: taskId, reason: 'tab\tand "quotes" and \u0001 and ü' },
  moved(account, escrow, 60),
  committedOf(receiptBy(ana)),
  revealedOf(receiptBy(ana)),
  revealedOf(receiptBy(ben)),
  moved(escrow, owner, 50),
  moved(escrow, account, 10),
]
const entries = entriesOf(events)

function headOf(of: readonly LedgerEntry[]) {
  const [rootHash] = toDigests([merkleRoot(of.map(leafBytes).map((leaf) => leafHash(leaf)))])
  return { origin, treeSize: of.length, rootHash: rootHash! }
}

const headerOf = (head: Parameters<typeof makeCheckpoint>[0], signer = logSigner) =>
  ({
    format: 'vcp-ledger/1',
    log_key: writeVerifierKey(knownLog.verifier),
    checkpoint: makeCheckpoint(head, signer),
  }) as const

/** A file with these entries under the head of others, which is forged unless they are the same. */
function fileOf(of: readonly LedgerEntry[], signed = of): string {
  return [headerOf(headOf(signed)), ...of].map(writeLedgerLine).join('')
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const check = (file: string | Uint8Array, more: object = {}) =>
  checkLedgerFile([typeof file === 'string' ? bytesOf(file) : file], { log: knownLog, ...more })

/** What a forger can do who rewrites the chain but cannot sign: the links fit again. */
const relinked = (changed: readonly LedgerEvent[]) => fileOf(entriesOf(changed), entries)

const whole = fileOf(entries)

describe('a log in a file', () => {
  test('is what its head says, and its figures are counted', async () => {
    const { rootHash, treeSize } = headOf(entries)
    expect(await check(whole)).toEqual({
      ok: true,
      head: { rootHash, treeSize },
      fault: null,
      entries: 8,
      receipts: 2,
      accounts: 3,
      issuedMicro: 100,
    })
    expect(await check(fileOf([]))).toMatchObject({ ok: true, entries: 0, issuedMicro: 0 })
  })

  test('may come in pieces of any size', async () => {
    const bytes = bytesOf(whole)
    for (const size of [1, 7, 1_000]) {
      const chunks = []
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
      expect(await checkLedgerFile(chunks, { log: knownLog })).toMatchObject({ ok: true })
    }
  })

  test('is not believed with any bit of it flipped', async () => {
    const bytes = bytesOf(whole)
    // The convenience copy of the key is nothing that anybody relies on.
    const signed = whole.indexOf('checkpoint')
    const runs = { numRuns: propertyRuns }
    const bit = fc.tuple(fc.integer({ min: signed, max: bytes.length - 1 }), fc.nat(7))
    const property = fc.asyncProperty(bit, async ([at, place]) => {
      const flipped = Uint8Array.from(bytes)
      flipped[at]! ^= 1 << place
      const { ok, fault } = await check(flipped)
      expect(ok).toBe(false)
      const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length - 1
      // A changed entry shows at itself or where the next one does not continue it.
      if (line >= 0 && fault?.index != null) expect([line, line + 1]).toContain(fault.index)
    })
    await fc.assert(property, runs)
  })

  const without = (index: number) => entries.filter((entry) => entry.index !== index)
  const swapped = entries.toSpliced(2, 2, entries[3]!, entries[2]!)
  test.each([
    ['a removed entry', fileOf(without(3), entries), 3],
    ['a removed first entry', fileOf(without(0), entries), 0],
    ['a truncated tail', fileOf(entries.slice(0, 6), entries), 6],
    ['a reordered pair', fileOf(swapped, entries), 2],
    ['an entry that comes twice', fileOf(entries.toSpliced(4, 0, entries[3]!), entries), 4],
    ['an entry after the end', fileOf(entries, entries.slice(0, 7)), 7],
    ['a changed event under the old links', fileOf(changedAt(3), entries), 4],
    ['a file cut within a line', whole.slice(0, -20), 7],
    ['an empty line', whole.replace('\n{"index":2', '\n\n{"index":2'), 2],
    ['white space', whole.replace('{"index":2', '{ "index":2'), 2],
    ['a field too many', whole.replace('{"index":2', '{"more":1,"index":2'), 2],
  ])('is not believed with %s', async (_, file, index) => {
    expect(await check(file)).toMatchObject({ ok: false, fault: { index, code: 'LEDGER_INVALID' } })
  })

  function changedAt(index: number): readonly LedgerEntry[] {
    const other: LedgerEvent = { type: 'task-failed', task_id: taskId, reason: 'another' }
    return entries.with(index, { ...entries[index]!, event: other })
  }

  test.each([
    ['removed', relinked(events.toSpliced(3, 1)), 7],
    ['changed', relinked(events.with(3, { ...events[1]! })), 7],
    ['reordered', relinked(events.with(4, events[5]!).with(5, events[4]!)), 7],
    ['added at the end', relinked([...events, events[1]!]), 8],
  ])(
    'is not believed where an event was %s and all links were made anew',
    async (_, file, index) => {
      expect(await check(file)).toMatchObject({
        ok: false,
        fault: { index, code: 'LEDGER_INVALID' },
      })
    },
  )

  test('is not believed under a head that another key signed', async () => {
    const forger = signerFrom(new Uint8Array(32).fill(9))
    const header = headerOf(headOf(entries), forger)
    const file = [header, ...entries].map(writeLedgerLine).join('')
    expect(await check(file)).toMatchObject({ ok: false, head: null, fault: { index: null } })
    const verifier = noteVerifier(origin, publicKeyOf(forger.peerId)!)
    const theirs = await checkLedgerFile([bytesOf(file)], { log: { origin, verifier } })
    expect(theirs.ok).toBe(true)
  })

  test('is not believed under a head with another root or size', async () => {
    const head = headOf(entries)
    const note = makeCheckpoint(head, logSigner)
    const other = makeCheckpoint({ ...head, treeSize: 7 }, logSigner)
    const signature = (text: string) => text.slice(text.indexOf('\n\n'))
    const forged = note.replace(signature(note), signature(other))
    const header = { ...headerOf(head), checkpoint: forged }
    const file = [header, ...entries].map(writeLedgerLine).join('')
    expect(await check(file)).toMatchObject({ fault: { index: null, code: 'SIGNATURE_INVALID' } })
  })

  test.each([
    ['nothing', '', 'LEDGER_INVALID'],
    ['something else', 'hello\n', 'LEDGER_INVALID'],
    ['a line without an end', 'x'.repeat(400_000), 'TOO_LARGE'],
  ])('is not believed where there is %s', async (_, file, code) => {
    expect(await check(file)).toMatchObject({ ok: false, head: null, fault: { index: null, code } })
  })

  test('is not believed where it is not UTF-8', async () => {
    const bytes = bytesOf(whole)
    bytes[whole.indexOf('"index":1') + 1] = 0xff
    expect(await check(bytes)).toMatchObject({ ok: false, fault: { index: 1 } })
  })

  test('tells how far it is', async () => {
    const many = entriesOf(Array.from({ length: 2_500 }, () => events[1]!))
    const told: (readonly number[])[] = []
    const progress = (checked: number, of: number) => told.push([checked, of])
    expect((await check(fileOf(many), { progress })).ok).toBe(true)
    expect(told).toEqual([
      [1_000, 2_500],
      [2_000, 2_500],
    ])
  })
})

describe('a log against a head that somebody kept', () => {
  const kept = (of: readonly LedgerEntry[]) => [headOf(of)]

  test('begins with what it covered', async () => {
    for (const size of [0, 1, 5, 8]) {
      expect(await check(whole, { kept: kept(entries.slice(0, size)) })).toMatchObject({ ok: true })
    }
  })

  test('is found out where its history was rewritten', async () => {
    const rewritten = entriesOf(events.with(1, events[3]!))
    const fault = { index: 4, code: 'LEDGER_INVALID' }
    const report = await check(fileOf(rewritten), { kept: kept(entries.slice(0, 5)) })
    expect(report).toMatchObject({ ok: false, fault })
  })

  test('is found out where it has grown shorter', async () => {
    const report = await check(fileOf(entries.slice(0, 5)), { kept: kept(entries) })
    expect(report).toMatchObject({ ok: false, fault: { index: 5, code: 'LEDGER_INVALID' } })
  })
})

describe('the rules of a log, whatever its head says', () => {
  const forged = { ...receiptBy(ana), at_ms: 1 }
  test.each([
    ['a receipt that its node did not sign', [revealedOf(forged)], 0, 'SIGNATURE_INVALID'],
    ['credits that nobody had', [moved(issuer, owner, 5), moved(owner, escrow, 6)], 1],
    ['credits out of an empty account', [moved(escrow, owner, 1)], 0],
    [
      'more credits than can be counted',
      [moved(issuer, owner, Number.MAX_SAFE_INTEGER), moved(issuer, owner, 1)],
      1,
    ],
  ])('forbid %s', async (_, broken, index, code = 'LEDGER_INVALID') => {
    const report = await check(fileOf(entriesOf(broken as LedgerEvent[])))
    expect(report).toMatchObject({ ok: false, fault: { index, code } })
  })
})

describe('the places of a log', () => {
  test('are counted from nought, whatever its head says', async () => {
    const shifted = entries.slice(0, 2).map((entry) => ({ ...entry, index: entry.index + 1 }))
    const linked = shifted.map((entry, i) => {
      return i === 0 ? entry : { ...entry, previous: digestOf('vcp/ledger-entry/1', shifted[0]!) }
    })
    expect(await check(fileOf(linked))).toMatchObject({ ok: false, fault: { index: 0 } })
  })
})

describe('the link from one entry to the next', () => {
  test('is the digest of the entry under its domain', () => {
    for (const entry of entries) {
      expect(entryDigest(leafBytes(entry))).toBe(digestOf('vcp/ledger-entry/1', entry))
    }
    expect(openCheckpoint(headerOf(headOf(entries)).checkpoint, knownLog).ok).toBe(true)
  })
})
