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
  let onSaid = () => {}
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
    talk(line) {
      said.push(line)
      onSaid()
    },
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
  /** Resolves when something has been said so many times. */
  async function heard(times: number) {
    while (said.length < times) {
      await new Promise<void>((resolve) => {
        onSaid = resolve
      })
    }
  }
  async function stop() {
    await loop.close()
    await kept.close()
  }
  return { journal, state, open, submit, stop, said, heard, replayed }
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
  await first.open(11)
  await first.heard(1)
  await first.open(24)
  await first.heard(2)
  await first.open(3)
  disk.crash()
  const { replayed, open, stop } = await started(disk, 10)
  expect(first.said).toMatchObject([{ level: 'info' }, { level: 'info' }])
  expect(replayed).toBe(3)
  await open(1)
  await stop()
  expect((await started(disk, 10)).replayed).toBe(0)
})

test('the more there is to keep, the more comes in between', async () => {
  const { open, submit, stop, said, heard } = await started(createMemoryDisk(), 150)
  await open(4)
  await submit(100)
  await open(90)
  expect(said).toEqual([])
  await open(10)
  await heard(1)
  expect(said).toMatchObject([{ level: 'info', message: 'the state is kept' }])
  await stop()
})

test('a state that is larger than one part comes back whole', async () => {
  const disk = createMemoryDisk()
  const first = await started(disk, 1_000_000)
  await first.open(1)
  await first.submit(2_100)
  await first.stop()
  const second = await started(disk, 1_000_000)
  expect(second.replayed).toBe(0)
  expect([...second.state.tasks.keys()]).toEqual([...first.state.tasks.keys()])
  await second.stop()
})

test('a snapshot that was not finished leaves the one before', async () => {
  let room = Number.POSITIVE_INFINITY
  const disk = createMemoryDisk({ isFull: () => room-- <= 0 })
  const first = await started(disk, 1_000_000)
  await first.open(1)
  await first.submit(10)
  await first.stop()
  const second = await started(disk, 1_000_000)
  await second.submit(3)
  room = 2
  await second.stop()
  expect(second.said).toMatchObject([{ message: 'the state cannot be kept' }])
  room = Number.POSITIVE_INFINITY
  expect((await started(disk, 1_000_000)).replayed).toBe(3)
})

test('nothing is kept of what the disk did not take', async () => {
  let isFull = false
  const disk = createMemoryDisk({ faultOf: () => (isFull ? { kind: 'full' } : null) })
  const at = await started(disk, 1_000)
  await at.open(2)
  isFull = true
  const refused = at.open(1)
  // Until the journal has been tried, it may be that there is room.
  await new Promise((resolve) => setImmediate(resolve))
  await at.stop()
  await refused
  expect(at.said).toMatchObject([{ message: 'the state cannot be kept' }])
  expect((await started(disk, 1_000)).state.nextIndex).toBe(2)
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
