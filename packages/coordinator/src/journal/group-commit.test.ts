import { assert, describe, expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { createGroupCommit, type GroupCommitOptions } from './group-commit.ts'
import { type AppendFault, createMemoryDisk } from './memory-journal.ts'

interface Given extends GroupCommitOptions {
  readonly faults?: readonly (AppendFault | null)[]
}

/** A group commit over a disk that counts its transactions and can be held up. */
async function started({ faults = [], ...options }: Given = {}) {
  const groups: number[] = []
  const syncs: PromiseWithResolvers<void>[] = []
  const left = [...faults]
  const disk = createMemoryDisk({
    faultOf({ count }) {
      groups.push(count)
      return left.shift() ?? null
    },
    sync() {
      const sync = Promise.withResolvers<void>()
      syncs.push(sync)
      return sync.promise
    },
  })
  const journal = await disk.open()
  const clock = manualClock()
  const commit = createGroupCommit(journal, clock, options)
  return {
    commit,
    clock,
    journal,
    groups,
    /** Lets the transaction under way become durable. */
    sync() {
      const sync = syncs.shift()
      assert(sync !== undefined, 'nothing is under way')
      sync.resolve()
    },
    /** Hands entries over that are expected to be taken. */
    append(...values: number[]): Promise<void> {
      const taken = commit.append(values.map((value) => Uint8Array.of(value)))
      assert(taken.ok, 'the entries were refused')
      return taken.value
    },
  }
}

async function isPending(promise: Promise<void>): Promise<boolean> {
  let isDone = false
  promise.then(() => {
    isDone = true
  })
  // More turns of the queue than any of our chains of promises is long.
  for (let i = 0; i < 20; i++) await Promise.resolve()
  return !isDone
}

async function stored(journal: Awaited<ReturnType<typeof started>>['journal']) {
  const values: (number | undefined)[] = []
  for await (const page of journal.read(0)) values.push(...page.map(({ bytes }) => bytes[0]))
  return values
}

describe('group commit', () => {
  test('puts all of one turn into one transaction, in order', async () => {
    const { append, clock, sync, groups, journal, commit } = await started()
    const promises = [append(1, 2), append(3), append()]
    expect(commit.size).toBe(3)
    expect(groups).toEqual([])
    clock.turn()
    sync()
    await Promise.all(promises)
    expect(groups).toEqual([3])
    expect(await stored(journal)).toEqual([1, 2, 3])
  })

  test('acknowledges nothing before it is durable', async () => {
    const { append, clock, sync } = await started()
    const first = append(1)
    clock.turn()
    expect(await isPending(first)).toBe(true)
    sync()
    await first
  })

  test('collects the next group while one is under way', async () => {
    const { append, clock, sync, groups, journal } = await started()
    const first = append(1)
    clock.turn()
    const second = append(2)
    clock.turn()
    const third = append(3)
    clock.turn()
    expect(groups).toEqual([1])
    sync()
    await first
    expect(await isPending(second)).toBe(true)
    sync()
    await Promise.all([second, third])
    expect(groups).toEqual([1, 2])
    expect(await stored(journal)).toEqual([1, 2, 3])
  })

  test('ends a group that is large, and begins the next before anybody goes on', async () => {
    const { append, clock, sync, groups } = await started()
    const large = Array.from({ length: 1_000 }, (_, i) => i % 256)
    const appended = [append(...large), append(...large), append(1)]
    clock.turn()
    expect(groups).toEqual([2_000])
    const asFound = appended[1]!.then(() => [...groups])
    sync()
    expect(await asFound).toEqual([2_000, 1])
    sync()
    await Promise.all(appended)
  })

  test('refuses what would wait beyond its bound, and takes it once there is room', async () => {
    const { append, clock, sync, commit } = await started({ waitingBytesMax: 3 })
    const first = append(1, 2)
    expect(commit.append([new Uint8Array(2)])).toMatchObject({ ok: false, code: 'OVERLOADED' })
    expect(commit.size).toBe(2)
    const second = append(3)
    clock.turn()
    expect(commit.append([new Uint8Array(1)])).toMatchObject({ ok: false, code: 'OVERLOADED' })
    sync()
    await Promise.all([first, second])
    expect(commit.append([new Uint8Array(9)]).ok).toBe(true)
  })
})

describe('a full disk', () => {
  const full = { kind: 'full' } as const

  /** Waits for a retry to have been planned. */
  async function stalled({ commit, clock }: Awaited<ReturnType<typeof started>>, ms: number) {
    for (let i = 0; i < 20 && clock.nextDueMs !== clock.nowMs() + ms; i++) await Promise.resolve()
    const nextTryMs = clock.nowMs() + ms
    expect(commit.state()).toMatchObject({
      kind: 'stalled',
      reason: { code: 'DISK_FULL' },
      nextTryMs,
    })
  }

  test('stalls what was handed over, and loses none of it', async () => {
    const all = await started({ faults: [full, full, full] })
    const { append, clock, commit, sync, journal } = all
    const sinceMs = clock.nowMs()
    const first = append(1)
    clock.turn()
    await stalled(all, 100)
    const second = append(2)
    clock.turn()
    clock.advance(100)
    await stalled(all, 200)
    clock.advance(200)
    await stalled(all, 400)
    expect(commit.state()).toMatchObject({ sinceMs })
    expect(await isPending(first)).toBe(true)
    clock.advance(400)
    sync()
    await first
    expect(commit.state()).toEqual({ kind: 'running' })
    clock.turn()
    sync()
    await second
    expect(await stored(journal)).toEqual([1, 2])
  })

  test('is asked again every five seconds at least', async () => {
    const all = await started({ faults: Array.from({ length: 12 }, () => full) })
    const first = all.append(1)
    all.clock.turn()
    for (const ms of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
      await stalled(all, ms)
      all.clock.advance(ms)
    }
    expect(await isPending(first)).toBe(true)
  })

  test('fails what waits when it is closed, and stops asking', async () => {
    const all = await started({ faults: [full] })
    const first = all.append(1)
    all.clock.turn()
    await stalled(all, 100)
    const failed = expect(first).rejects.toMatchObject({ code: 'DISK_FULL' })
    await all.commit.close()
    await failed
    expect(all.clock.nextDueMs).toBeNull()
    expect(all.commit.state()).toMatchObject({ kind: 'stopped', reason: { code: 'DISK_FULL' } })
  })
})

describe('a failure of the storage', () => {
  test('fails all that waits, and stops', async () => {
    const { append, clock, commit } = await started({ faults: [{ kind: 'failed', kept: 0 }] })
    const first = append(1)
    clock.turn()
    const second = append(2)
    const code = 'JOURNAL_FAILED'
    await expect(first).rejects.toMatchObject({ code })
    await expect(second).rejects.toMatchObject({ code })
    expect(commit.state()).toMatchObject({ kind: 'stopped', reason: { code } })
    expect(commit.append([Uint8Array.of(3)])).toMatchObject({ ok: false, code })
    clock.turn()
    await commit.close()
  })
})

describe('closing', () => {
  test('waits for what was taken, and takes no more', async () => {
    const { append, clock, commit, sync, journal } = await started()
    const first = append(1)
    clock.turn()
    const second = append(2)
    const closed = commit.close()
    expect(commit.append([Uint8Array.of(3)])).toMatchObject({ ok: false, code: 'JOURNAL_FAILED' })
    sync()
    await first
    clock.turn()
    sync()
    await Promise.all([second, closed])
    expect(await stored(journal)).toEqual([1, 2])
  })

  test('has nothing to wait for where nothing was handed over', async () => {
    const { commit } = await started()
    await commit.close()
    expect(commit.state().kind).toBe('stopped')
  })
})
