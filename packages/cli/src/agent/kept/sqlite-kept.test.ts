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
import { openAgentFile } from '../store/agent-file.ts'
import { keptRun } from '../testing/kept-run.ts'
import type { Kept, KeptRun } from './kept.ts'

const one = TaskId.parse('01900000-0000-7000-8000-000000000001')
const other = TaskId.parse('01900000-0000-7000-8000-000000000002')
const text = new TextEncoder()

function leaves(count: number): readonly Digest[] {
  return Array.from({ length: count }, (_, i) => sha256(text.encode(`leaf ${i}`)))
}

interface Opened {
  readonly kept: Kept
  /** As the next record that is written does it. */
  write(): Promise<void>
  keep(...runs: readonly KeptRun[]): Promise<void>
}

function opened(): Opened {
  const { kept, records } = openAgentFile(':memory:')
  onTestFinished(() => records.close())
  return {
    kept,
    write: () => records.write([]),
    keep(...runs) {
      for (const run of runs) kept.keep(run)
      return records.write([])
    },
  }
}

describe('what is kept of a run', () => {
  test('is what was handed over, under its lease', async () => {
    const { kept, keep } = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 3, traceLeaves: leaves(5) })
    await keep(run)
    expect(kept.output(run)).toEqual(run.output)
    expect(await kept.below(run, traceDepth, 0)).not.toBeNull()
    for (const unknown of [
      { ...run, leaseEpoch: 4 },
      { ...run, taskId: other },
    ]) {
      expect(kept.output(unknown)).toBeNull()
      expect(await kept.below(unknown, traceDepth, 0)).toBeNull()
    }
  })

  test('is what the last run under the lease came to', async () => {
    const { kept, keep } = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 1 })
    await keep(run, { ...run, output: text.encode('once more') })
    expect(kept.output(run)).toEqual(text.encode('once more'))
  })

  test('goes with its task, whatever the lease', async () => {
    const { kept, keep, write } = opened()
    const runs = [1, 2].map((leaseEpoch) => keptRun({ taskId: one, leaseEpoch }))
    const stays = keptRun({ taskId: other, leaseEpoch: 1 })
    await keep(...runs, stays)
    expect([...kept.tasks()].sort()).toEqual([one, other])
    kept.release(one)
    await write()
    expect(kept.tasks()).toEqual([other])
    expect(runs.map((run) => kept.output(run))).toEqual([null, null])
  })

  test('knows the blobs that are pinned for a task, before there is any run', async () => {
    const { kept, write } = opened()
    const cids = ['a', 'b'].map((name) => cidOf('raw', text.encode(name)))
    await Promise.all([cids[0]!, cids[1]!, cids[0]!].map((cid) => kept.hold(one, cid)))
    await kept.hold(other, cids[0]!)
    expect([...kept.holds(one)].sort()).toEqual([...cids].sort())
    expect([...kept.tasks()].sort()).toEqual([one, other])
    kept.release(one)
    await write()
    expect(kept.holds(one)).toEqual([])
    expect(kept.holds(other)).toEqual([cids[0]])
  })
})

describe('a question about a trace', () => {
  test('is answered as the tree has it, from the root down to each leaf', async () => {
    const { kept, keep } = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 1, traceLeaves: leaves(100) })
    await keep(run)
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
    const { kept, keep } = opened()
    const run = keptRun({ taskId: one, leaseEpoch: 1, traceLeaves: leaves(3) })
    const without = keptRun({ taskId: other, leaseEpoch: 1, traceLeaves: [] })
    await keep(run, without)
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
