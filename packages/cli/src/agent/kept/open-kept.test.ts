import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  areBelow,
  cidOf,
  type Digest,
  sha256,
  TaskId,
  traceDepth,
  traceLeafHash,
} from '@vcp/protocol'
import { createTrace } from '@vcp/sandbox'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../testing/host.ts'
import { fill, mountFault, smallDisk } from '../../testing/small-disk.ts'
import { keptRun } from '../testing/kept-run.ts'
import type { Kept } from './kept.ts'
import { openKept } from './open-kept.ts'

const one = TaskId.parse('01900000-0000-7000-8000-000000000001')
const other = TaskId.parse('01900000-0000-7000-8000-000000000002')
const text = new TextEncoder()

function leaves(count: number): readonly Digest[] {
  return Array.from({ length: count }, (_, i) => sha256(text.encode(`leaf ${i}`)))
}

function opened(file = ':memory:'): Kept {
  const kept = openKept(file)
  onTestFinished(() => kept.close())
  return kept
}

describe('what is kept of a run', () => {
  test('is what was handed over, under its lease', async () => {
    const kept = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 3, traceLeaves: leaves(5) })
    await kept.keep(run)
    expect(kept.find(run)).toEqual(run)
    expect(kept.output(run)).toEqual(run.output)
    expect(kept.find({ ...run, leaseEpoch: 4 })).toBeNull()
    expect(kept.output({ ...run, taskId: other })).toBeNull()
  })

  test('is there after a restart', async () => {
    const file = join(temporaryFolder(), 'kept.db')
    const run = keptRun({ taskId: one, leaseEpoch: 1, traceLeaves: leaves(2) })
    const before = openKept(file)
    await before.keep(run)
    before.close()
    expect(opened(file).find(run)).toEqual(run)
  })

  test('is written by a close that comes before its turn is over', async () => {
    const file = join(temporaryFolder(), 'kept.db')
    const run = keptRun({ taskId: one, leaseEpoch: 1 })
    const before = openKept(file)
    const keeping = before.keep(run)
    before.close()
    await keeping
    expect(opened(file).find(run)).toEqual(run)
  })

  test('goes with its task, whatever the lease', async () => {
    const kept = opened()
    const runs = [1, 2].map((leaseEpoch) => keptRun({ taskId: one, leaseEpoch }))
    const stays = keptRun({ taskId: other, leaseEpoch: 1 })
    await Promise.all([...runs, stays].map((run) => kept.keep(run)))
    expect([...kept.tasks()].sort()).toEqual([one, other])
    await kept.release(one)
    expect(kept.tasks()).toEqual([other])
    expect(runs.map((run) => kept.find(run))).toEqual([null, null])
  })

  test('knows the blobs that are pinned for a task, before there is any run', async () => {
    const kept = opened()
    const cids = ['a', 'b'].map((name) => cidOf('raw', text.encode(name)))
    await Promise.all([cids[0]!, cids[1]!, cids[0]!].map((cid) => kept.hold(one, cid)))
    await kept.hold(other, cids[0]!)
    expect([...kept.holds(one)].sort()).toEqual([...cids].sort())
    expect([...kept.tasks()].sort()).toEqual([one, other])
    await kept.release(one)
    expect(kept.holds(one)).toEqual([])
    expect(kept.holds(other)).toEqual([cids[0]])
  })
})

describe('the file of what is kept', () => {
  test('is of one process at a time', () => {
    const file = join(temporaryFolder(), 'kept.db')
    opened(file)
    expect(() => openKept(file)).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_IN_USE' }))
  })

  test('is named where it is damaged', () => {
    const file = join(temporaryFolder(), 'kept.db')
    writeFileSync(
      file,
      'no database at all, but as long as one has to be to be looked at'.repeat(9),
    )
    expect(() => openKept(file)).toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE', details: { file, errcode: 26 } }),
    )
  })

  test('takes what comes after a write that failed', async () => {
    const kept = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 1 })
    const impossible = kept.keep({ ...run, leaseEpoch: Number.NaN })
    await expect(impossible).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' })
    await kept.keep(run)
    expect(kept.find(run)).toEqual(run)
  })

  // skipped: only root may mount a disk that is small enough to fill
  test.runIf(mountFault === null)('says that the disk is full, and goes on when not', async () => {
    const disk = smallDisk()
    const kept = opened(join(disk, 'kept.db'))
    const run = keptRun({ taskId: one, leaseEpoch: 1, traceLeaves: leaves(100) })
    fill(disk)
    await expect(kept.keep(run)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(kept.find(run)).toBeNull()
    rmSync(join(disk, 'filler'))
    await kept.keep(run)
    expect(kept.find(run)).toEqual(run)
  })
})

describe('a question about a trace', () => {
  test('is answered as the tree has it, from the root down to each leaf', async () => {
    const kept = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 1, traceLeaves: leaves(100) })
    await kept.keep(run)
    for (const wanted of [0, 37, 99, 100, 2 ** traceDepth - 1]) {
      let above = createTrace(run.traceLeaves).root
      for (let level = traceDepth; level > 0; level--) {
        const below = (await kept.below(run, level, wanted >> level))!
        expect(areBelow(below, above)).toBe(true)
        above = below[(wanted >> (level - 1)) & 1]!
      }
      expect(above).toBe(traceLeafHash(run.traceLeaves[Math.min(wanted, 99)]!))
    }
  })

  test('has no answer where there is no such place, or no trace', async () => {
    const kept = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 1, traceLeaves: leaves(3) })
    const without = keptRun({ taskId: other, leaseEpoch: 1, traceLeaves: [] })
    await Promise.all([kept.keep(run), kept.keep(without)])
    for (const [level, index] of [
      [0, 0],
      [traceDepth + 1, 0],
      [traceDepth, 1],
      [1, 2 ** (traceDepth - 1)],
      [1, -1],
    ] as const) {
      expect(await kept.below(run, level, index)).toBeNull()
    }
    expect(await kept.below(run, 1, 2 ** (traceDepth - 1) - 1)).not.toBeNull()
    expect(await kept.below(without, traceDepth, 0)).toBeNull()
    expect(await kept.below({ taskId: one, leaseEpoch: 2 }, traceDepth, 0)).toBeNull()
  })
})
