import {
  checkConsistency,
  checkInclusion,
  encodeCanonical,
  leafHash,
  merkleRoot,
  openCheckpoint,
  readVerifierKey,
  signerFrom,
  toDigests,
} from '@vcp/protocol'
import { assert, describe, expect, test } from 'vitest'
import type { Journal } from '../journal/journal.ts'
import { createMemoryDisk, type MemoryDisk } from '../journal/memory-journal.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { type Log, openLog } from './log.ts'

const key = { origin: 'test.example/log', signer: signerFrom(new Uint8Array(32).fill(0xc3)) }
const leaf = (index: number) => encodeCanonical({ index })
const leaves = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => leaf(from + i))

/** A log with so many entries, on a disk that outlives it. */
async function logOf(size: number) {
  const disk = createMemoryDisk()
  const journal = await disk.open()
  await journal.append(0, leaves(0, size))
  const clock = manualClock()
  return { disk, journal, clock, log: await openLog(journal, key, clock) }
}

function grow(journal: Journal, by: number): Promise<void> {
  return journal.append(journal.size, leaves(journal.size, journal.size + by))
}

/** What the newest checkpoint says, as somebody reads it who knows the log's key. */
async function headOf(log: Log) {
  const verifier = readVerifierKey(log.verifierKey)
  assert(verifier.ok)
  const head = openCheckpoint(await log.checkpoint(), {
    origin: key.origin,
    verifier: verifier.value,
  })
  assert(head.ok)
  return head.value
}

async function value<T>(outcome: Promise<{ ok: true; value: T } | { ok: false }>): Promise<T> {
  const got = await outcome
  assert(got.ok)
  return got.value
}

const reopened = async (disk: MemoryDisk, as = key) => openLog(await disk.open(), as, manualClock())

describe('the head of a log', () => {
  test.each([0, 1, 255, 256, 257, 512, 1_000])('is the root of its %i entries', async (size) => {
    const { log } = await logOf(size)
    const [rootHash] = toDigests([merkleRoot(leaves(0, size).map((leaf) => leafHash(leaf)))])
    expect(await headOf(log)).toMatchObject({ treeSize: size, rootHash })
  })

  test('is signed at most once a second, and only when there is more to cover', async () => {
    const { log, journal, clock } = await logOf(3)
    const first = await log.checkpoint()
    await grow(journal, 1)
    clock.advance(999)
    expect(await log.checkpoint()).toBe(first)
    clock.advance(1)
    const second = await log.checkpoint()
    expect(second).not.toBe(first)
    clock.advance(60_000)
    expect(await log.checkpoint()).toBe(second)
    expect((await headOf(log)).treeSize).toBe(4)
  })

  test('is signed again after the clock was set back', async () => {
    const { log, journal, clock } = await logOf(3)
    await log.checkpoint()
    await grow(journal, 1)
    clock.advance(-3_600_000)
    expect((await headOf(log)).treeSize).toBe(4)
  })

  test('is signed once for all who ask at the same time', async () => {
    const { log, journal, clock } = await logOf(3)
    await log.checkpoint()
    await grow(journal, 1)
    clock.advance(1_000)
    const [one, other] = await Promise.all([log.checkpoint(), log.checkpoint()])
    expect(one).toBe(other)
  })

  test('that evidence waits for is signed at once, and covers all who wait', async () => {
    const { log, journal, clock } = await logOf(3)
    await log.checkpoint()
    await grow(journal, 2)
    clock.advance(10)
    const [one, other] = await Promise.all([log.checkpointOver(3), log.checkpointOver(4)])
    expect(one).toBe(other)
    expect((await headOf(log)).treeSize).toBe(5)
    expect(await log.checkpointOver(0)).toBe(one)
    expect(await log.checkpointOver(5)).toBeNull()
  })

  test('that evidence waits for comes a moment after the one before', async () => {
    const { log, journal, clock } = await logOf(3)
    const first = await log.checkpoint()
    await grow(journal, 1)
    const waiting = log.checkpointOver(3)
    expect(await log.checkpoint()).toBe(first)
    clock.advance(10)
    expect(await waiting).not.toBe(first)
  })

  test('is kept over a restart', async () => {
    const { disk, log } = await logOf(300)
    const note = await log.checkpoint()
    expect(await (await reopened(disk)).checkpoint()).toBe(note)
  })
})

describe('the head of a log on a full disk', () => {
  async function onDisk() {
    const room = { isFull: false }
    const disk = createMemoryDisk({ isFull: () => room.isFull })
    const journal = await disk.open()
    const clock = manualClock()
    return { room, journal, clock, log: await openLog(journal, key, clock) }
  }

  test('stays the last one until there is room again', async () => {
    const { room, journal, clock, log } = await onDisk()
    const first = await log.checkpoint()
    await grow(journal, 1)
    room.isFull = true
    clock.advance(1_000)
    expect(await log.checkpoint()).toBe(first)
    room.isFull = false
    expect(await log.checkpoint()).toBe(first)
    clock.advance(1_000)
    expect((await headOf(log)).treeSize).toBe(1)
  })

  test('is none where none was signed before', async () => {
    const { room, log } = await onDisk()
    room.isFull = true
    await expect(log.checkpoint()).rejects.toMatchObject({ code: 'DISK_FULL' })
    room.isFull = false
    expect((await headOf(log)).treeSize).toBe(0)
  })
})

describe('the proofs of a log', () => {
  test('show each entry under every head it is below, while the log grows', async () => {
    const { log, journal } = await logOf(200)
    const root = (size: number) =>
      toDigests([merkleRoot(leaves(0, size).map((leaf) => leafHash(leaf)))])[0]!
    for (const size of [200, 256, 600, 1_025]) {
      if (size > journal.size) await grow(journal, size - journal.size)
      for (const index of [0, 100, 199, 255, 256, 599, 1_024]) {
        if (index >= size) continue
        const proof = await value(log.inclusion(index, size))
        const head = { treeSize: size, rootHash: root(size) }
        expect(checkInclusion(proof, leaf(index), head)).toMatchObject({ ok: true })
        expect(checkInclusion(proof, leaf(index + 1), head)).toMatchObject({ ok: false })
      }
      for (const older of [0, 1, 199, 200, 256, 511, 600]) {
        if (older > size) continue
        const proof = await value(log.consistency(older, size))
        const heads = [older, size].map((treeSize) => ({ treeSize, rootHash: root(treeSize) }))
        expect(checkConsistency(proof, heads[0]!, heads[1]!)).toMatchObject({ ok: true })
      }
    }
  })

  test('come out the same whoever else asks at the same time', async () => {
    const { log, journal } = await logOf(10)
    await grow(journal, 2_000)
    const proofs = await Promise.all([3, 700, 1_500].map((index) => log.inclusion(index, 2_010)))
    const head = await headOf(log)
    const found = proofs.map((proof, i) => {
      assert(proof.ok)
      return checkInclusion(proof.value, leaf([3, 700, 1_500][i]!), head).ok
    })
    expect(found).toEqual([true, true, true])
    await grow(journal, 2_000)
    const later = await value(log.inclusion(3_000, 4_010))
    const rootHash = toDigests([merkleRoot(leaves(0, 4_010).map((leaf) => leafHash(leaf)))])[0]!
    expect(checkInclusion(later, leaf(3_000), { treeSize: 4_010, rootHash }).ok).toBe(true)
  })

  test('are refused for what the log does not have', async () => {
    const { log } = await logOf(10)
    const refused = [
      log.inclusion(10, 10),
      log.inclusion(0, 11),
      log.consistency(0, 11),
      log.consistency(5, 4),
    ]
    for (const each of refused) expect(await each).toMatchObject({ ok: false, code: 'NOT_FOUND' })
  })

  test('outlive pruning', async () => {
    const { log, journal } = await logOf(1_000)
    await journal.prune(1_000)
    const proof = await value(log.inclusion(5, 1_000))
    expect(checkInclusion(proof, leaf(5), await headOf(log)).ok).toBe(true)
    expect(await log.entries(5, 1)).toMatchObject({ ok: false, code: 'NOT_FOUND' })
  })
})

describe('the entries of a log', () => {
  test('come in order, as many as there are', async () => {
    const { log } = await logOf(10)
    expect(await value(log.entries(8, 5))).toEqual([{ index: 8 }, { index: 9 }])
    expect(await value(log.entries(10, 5))).toEqual([])
    expect(await value(log.entries(99, 5))).toEqual([])
  })
})

describe('a log that is opened again', () => {
  test('says so where entries are gone that it had signed', async () => {
    const { log } = await logOf(10)
    const bytes = new TextEncoder().encode(await log.checkpoint())
    const other = await logOf(9)
    await other.journal.saveSnapshot('checkpoint', { size: 10, bytes })
    await expect(reopened(other.disk)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
  })

  test('says so where entries are others than those it had signed', async () => {
    const { log } = await logOf(300)
    const bytes = new TextEncoder().encode(await log.checkpoint())
    const disk = createMemoryDisk()
    const journal = await disk.open()
    await journal.append(0, leaves(1, 401))
    await journal.saveSnapshot('checkpoint', { size: 300, bytes })
    await expect(reopened(disk)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
  })

  test('does not go on under another key', async () => {
    const { disk, log } = await logOf(3)
    await log.checkpoint()
    const other = { ...key, signer: signerFrom(new Uint8Array(32).fill(1)) }
    await expect(reopened(disk, other)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' })
  })
})
