import { type AccountId, taskDigest } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { defaultSettings } from '../core/settings.ts'
import { idOf, taskIdOf, wasmTask } from '../core/testing/samples.ts'
import type { LogLine } from '../http/log.ts'
import { systemClock } from '../journal/clock.ts'
import { createGroupCommit } from '../journal/group-commit.ts'
import { createMemoryDisk, type MemoryDisk } from '../journal/memory-journal.ts'
import { keepState } from './keep-state.ts'
import { createLoop } from './loop.ts'
import { recover } from './recover.ts'

async function started(disk: MemoryDisk, everyEntries: number) {
  const journal = await disk.open()
  const { state, previous, replayed } = await recover(journal, defaultSettings)
  const said: LogLine[] = []
  const loop = createLoop({
    state,
    previous,
    commit: createGroupCommit(journal, systemClock),
    clock: systemClock,
    entropy: () => 7,
    onDurable: () => kept.onDurable(),
    carryOut: () => undefined,
  })
  const kept = keepState({
    journal,
    loop,
    clock: systemClock,
    talk: (line) => said.push(line),
    savedSize: state.nextIndex - replayed,
    everyEntries,
  })
  async function open(count: number) {
    for (let i = 0; i < count; i++) {
      const accountId = idOf(state.nextIndex + 1) as AccountId
      await loop.tell({ type: 'account-opened', accountId })
    }
  }
  async function submit(count: number) {
    const task = wasmTask()
    const digest = taskDigest(task)
    for (let i = 0; i < count; i++) {
      const taskId = taskIdOf(state.tasks.size)
      const [ownerId] = state.accounts
      if (ownerId === undefined) throw new Error('an account comes first')
      await loop.tell({ type: 'task-submitted', taskId, ownerId, task, digest, payloadBytes: 0 })
    }
  }
  async function stop() {
    await loop.close()
    await kept.close()
  }
  return { journal, open, submit, stop, said, replayed }
}

test('a clean stop leaves nothing to read, and one with nothing new writes nothing', async () => {
  const disk = createMemoryDisk()
  const first = await started(disk, 1_000)
  await first.open(3)
  await first.stop()
  const second = await started(disk, 1_000)
  expect(second.replayed).toBe(0)
  await second.stop()
  expect(second.said).toEqual([])
})

test('a start reads no more than what came since the state was kept last', async () => {
  const disk = createMemoryDisk()
  const first = await started(disk, 10)
  await first.open(35)
  disk.crash()
  const { replayed, open, stop } = await started(disk, 10)
  expect(replayed).toBeGreaterThan(0)
  expect(replayed).toBeLessThanOrEqual(11)
  await open(1)
  await stop()
  expect((await started(disk, 10)).replayed).toBe(0)
})

test('the more there is to keep, the more comes in between', async () => {
  const { open, submit, said } = await started(createMemoryDisk(), 1)
  await open(4)
  await submit(100)
  const before = said.length
  await open(90)
  expect(said.length).toBe(before)
  await open(30)
  expect(said.length).toBe(before + 1)
})

test('a state that cannot be kept is told, and nothing else comes of it', async () => {
  let isFull = false
  const at = await started(createMemoryDisk({ isFull: () => isFull }), 1_000)
  await at.open(3)
  isFull = true
  await at.stop()
  expect(at.said).toMatchObject([{ level: 'warning', message: 'the state cannot be kept' }])
  expect(await at.journal.newestSnapshot('state')).toBeNull()
})
