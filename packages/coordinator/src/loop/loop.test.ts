import { serialize } from 'node:v8'
import {
  type AccountId,
  decodeCanonical,
  entryDigest,
  type LedgerEntry,
  taskDigest,
} from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Effect } from '../core/effects.ts'
import type { Input } from '../core/inputs.ts'
import { resume } from '../core/resume.ts'
import { defaultSettings } from '../core/settings.ts'
import { snapshotVersion } from '../core/snapshot.ts'
import { ana, idOf, peerOf, registrationOf, taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { createGroupCommit } from '../journal/group-commit.ts'
import { type AppendFault, createMemoryDisk, type MemoryDisk } from '../journal/memory-journal.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { createLoop } from './loop.ts'
import { recover } from './recover.ts'
import { storeState } from './stored-state.ts'

async function started(disk: MemoryDisk) {
  const clock = manualClock()
  const journal = await disk.open()
  const { state, previous, replayed, passedOver } = await recover(journal, defaultSettings)
  const effects: Effect[] = [...resume(state, clock.nowMs())]
  const durable: LedgerEntry[] = []
  const loop = createLoop({
    state,
    previous,
    commit: createGroupCommit(journal, clock),
    clock,
    entropy: () => 7,
    onDurable: (entries) => durable.push(...entries),
    carryOut: (effect) => effects.push(effect),
  })
  /** Tells, and lets the disk write. */
  async function tell(input: Input) {
    const told = loop.tell(input)
    clock.turn()
    return await told
  }
  return { clock, journal, loop, effects, durable, tell, replayed, passedOver }
}

type Started = Awaited<ReturnType<typeof started>>

const opened: Input = { type: 'account-opened', accountId: ana }
const submitted: Input = {
  type: 'task-submitted',
  taskId: taskIdOf(1),
  ownerId: ana,
  task: wasmTask(),
  digest: taskDigest(wasmTask()),
  payloadBytes: 0,
}
const registered: Input = {
  type: 'node-registered',
  peerId: peerOf('n1'),
  ownerId: ana,
  registration: registrationOf('n1'),
  binding: null,
}

describe('the loop', () => {
  test('answers and acts only when the events are on disk', async () => {
    const at = await started(createMemoryDisk())
    await at.tell(opened)
    await at.tell(registered)
    const told = at.loop.tell(submitted)
    await Promise.resolve()
    expect(at.effects).toEqual([])
    expect(at.durable.map(({ event }) => event.type)).not.toContain('task-submitted')
    at.clock.turn()
    expect(await told).toMatchObject({ ok: true })
    expect(at.effects).toMatchObject([{ type: 'send-offer' }])
    expect(at.durable.map(({ event }) => event.type)).toContain('task-submitted')
  })

  test('answers a repeated input only when what it repeats is on disk', async () => {
    const at = await started(createMemoryDisk())
    await at.tell(opened)
    const order: string[] = []
    const first = at.loop.tell(submitted).then(() => order.push('first'))
    const again = at.loop.tell(submitted).then(() => order.push('again'))
    await Promise.resolve()
    expect(order).toEqual([])
    at.clock.turn()
    await Promise.all([first, again])
    expect(order).toEqual(['first', 'again'])
  })

  test('chains each entry to the one before', async () => {
    const at = await started(createMemoryDisk())
    for (const input of [opened, registered, submitted]) await at.tell(input)
    let previous: string | null = null
    for await (const page of at.journal.read(0)) {
      for (const { bytes } of page) {
        const decoded = decodeCanonical(bytes)
        expect(decoded.ok && decoded.value).toMatchObject({ previous })
        previous = entryDigest(bytes)
      }
    }
    expect(previous).not.toBeNull()
  })

  test('comes back after a crash with all that it answered', async () => {
    const disk = createMemoryDisk()
    const before = await started(disk)
    for (const input of [opened, registered, submitted]) await before.tell(input)
    disk.crash()
    const after = await started(disk)
    expect(after.loop.state.tasks.get(taskIdOf(1))).toMatchObject({ state: 'assigned' })
    expect(after.effects).toMatchObject([{ type: 'send-offer', peerId: peerOf('n1') }])
    expect(await after.tell(submitted)).toMatchObject({ ok: true })
    expect(after.loop.state.tasks.size).toBe(1)
  })

  test('reads from its snapshot on', async () => {
    const disk = createMemoryDisk()
    const before = await started(disk)
    for (const input of [opened, registered]) await before.tell(input)
    await storeState(before.journal, before.loop)
    await before.tell(submitted)
    disk.crash()
    const after = await started(disk)
    expect(after.replayed).toBe(before.durable.length - 2)
    expect(after.passedOver).toBeNull()
    expect(after.loop.state.tasks.get(taskIdOf(1))).toMatchObject({ state: 'assigned' })
    expect(await after.tell(opened)).toMatchObject({ ok: true })
  })

  test.each([
    [
      'of another version',
      async ({ journal }: Started) => {
        const head = { version: snapshotVersion + 1, generation: 'a', parts: 1 }
        await journal.saveSnapshot('state', { size: 1, bytes: serialize(head) })
      },
    ],
    [
      'damaged',
      async ({ journal, loop }: Started, disk: MemoryDisk) => {
        await storeState(journal, loop)
        disk.damageSnapshot('state')
      },
    ],
    [
      'damaged',
      async ({ journal, loop }: Started, disk: MemoryDisk) => {
        await storeState(journal, loop)
        disk.damageSnapshot('state-a-1')
      },
    ],
    [
      'part 2 of it is missing',
      async ({ journal, loop }: Started) => {
        await storeState(journal, loop)
        const size = loop.state.nextIndex - 1
        await journal.saveSnapshot('state-a-2', { size, bytes: new Uint8Array() })
      },
    ],
    [
      'not of this journal',
      async ({ journal, loop }: Started) => {
        await storeState(journal, loop)
        const size = loop.state.nextIndex - 1
        for (const kind of ['state', 'state-a-0', 'state-a-1', 'state-a-2'] as const) {
          const kept = await journal.newestSnapshot(kind)
          await journal.saveSnapshot(kind, { ...kept!, size })
        }
      },
    ],
  ])('passes over a snapshot, since %s, and reads from the beginning', async (why, keep) => {
    const disk = createMemoryDisk()
    const before = await started(disk)
    for (const input of [opened, registered, submitted]) await before.tell(input)
    await keep(before, disk)
    disk.crash()
    const after = await started(disk)
    expect(after.passedOver).toContain(why)
    expect(after.replayed).toBe(before.durable.length)
    expect(after.loop.state.tasks.get(taskIdOf(1))).toMatchObject({ state: 'assigned' })
  })

  test('does not start where what a damaged snapshot held was pruned', async () => {
    const disk = createMemoryDisk()
    const before = await started(disk)
    for (let number = 1; number <= 300; number++) {
      await before.tell({ type: 'account-opened', accountId: idOf(number) as AccountId })
    }
    await storeState(before.journal, before.loop)
    await before.journal.prune(300)
    disk.damageSnapshot('state')
    disk.crash()
    await expect(started(disk)).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      details: { index: 256, snapshot: expect.stringContaining('damaged') },
    })
  })

  test('refuses while the disk is full, keeps what it took, and goes on by itself', async () => {
    let fault: AppendFault | null = null
    const at = await started(createMemoryDisk({ faultOf: () => fault }))
    await at.tell(opened)
    fault = { kind: 'full' }
    const told = at.loop.tell(submitted)
    at.clock.turn()
    await new Promise((resolve) => setImmediate(resolve))
    expect(at.loop.trouble).toMatchObject({ code: 'DISK_FULL' })
    expect(await at.tell(registered)).toMatchObject({ ok: false, code: 'DISK_FULL' })
    fault = null
    at.clock.advance(10_000)
    expect(await told).toMatchObject({ ok: true })
    expect(at.loop.trouble).toBeNull()
    expect(await at.tell(registered)).toMatchObject({ ok: true })
  })

  test('ends when the disk fails, and answers nobody with a success', async () => {
    let fault: AppendFault | null = null
    const at = await started(createMemoryDisk({ faultOf: () => fault }))
    await at.tell(opened)
    fault = { kind: 'failed', kept: 1 }
    expect(await at.tell(submitted)).toMatchObject({ ok: false, code: 'JOURNAL_FAILED' })
    expect(await at.loop.ended).toMatchObject({ code: 'JOURNAL_FAILED' })
    expect(await at.tell(opened)).toMatchObject({ ok: false })
  })

  test('wakes the core when something is due', async () => {
    const at = await started(createMemoryDisk())
    for (const input of [opened, registered, submitted]) await at.tell(input)
    for (let tenths = 0; tenths < 110; tenths++) {
      at.clock.advance(100)
      at.clock.turn()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(at.loop.state.tasks.get(taskIdOf(1))!.assignments[0]).toMatchObject({ state: 'lost' })
    await at.loop.close()
  })
})
