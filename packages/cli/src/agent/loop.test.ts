import type { OfferAnswer } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Agent, AgentChange } from './agent.ts'
import type { Effect } from './core/effects.ts'
import { finished, logKey, offerOf, settings, startMs, taskIdOf } from './core/testing/samples.ts'
import { openAgent } from './loop.ts'
import { createMemoryDisk, type MemoryDisk } from './store/memory-store.ts'
import { type ManualClock, manualClock } from './testing/manual-clock.ts'

const joined = { type: 'joined', logKey, aheadMs: 0, leaseMs: 30_000 } as const
const ended = { type: 'run-ended', taskId: taskIdOf(1), leaseEpoch: 1 } as const

interface Started {
  readonly agent: Agent
  readonly clock: ManualClock
  readonly effects: Effect[]
}

async function started(disk: MemoryDisk, clock = manualClock(startMs)): Promise<Started> {
  const effects: Effect[] = []
  const agent = openAgent({
    store: disk.open(),
    settings,
    clock,
    needsOf: () => ({ memoryMb: 512, cpuCores: 1 }),
    carryOut: (effect) => effects.push(effect),
  })
  const told = [agent.resume(), agent.tell(joined)]
  await clock.turn()
  await Promise.all(told)
  return { agent, clock, effects }
}

/** What a promise has come to by now; undefined while it waits. */
function seen<T>(promise: Promise<T>): { value?: T; failure?: unknown } {
  const result: { value?: T; failure?: unknown } = {}
  promise.then(
    (value) => Object.assign(result, { value }),
    (failure: unknown) => Object.assign(result, { failure }),
  )
  return result
}

describe('the loop', () => {
  test('answers and acts only when what it rests on is stored', async () => {
    const disk = createMemoryDisk()
    const { agent, clock, effects } = await started(disk)
    const answer = seen(agent.offer(offerOf(1)))
    await Promise.resolve()
    expect(answer).toEqual({})
    expect(effects).toEqual([])
    await clock.turn()
    expect(answer.value).toMatchObject({ answer: 'accept' })
    expect(effects).toMatchObject([{ type: 'start-run' }])
    expect(disk.records.has(`lease/${taskIdOf(1)}`)).toBe(true)
  })

  test('stores what changes in one turn of the event loop in one write', async () => {
    const disk = createMemoryDisk()
    const { open } = disk
    const writes: number[] = []
    disk.open = () => {
      const store = open()
      const { write } = store
      return {
        ...store,
        write: (changes) => {
          writes.push(changes.length)
          return write(changes)
        },
      }
    }
    const { agent, clock } = await started(disk)
    const answers = [1, 2, 3].map((number) => seen(agent.offer(offerOf(number))))
    await clock.turn()
    expect(answers.map(({ value }) => value?.answer)).toEqual(['accept', 'accept', 'accept'])
    expect(writes).toEqual([3])
  })

  test('does not hold up what nothing rests on, and writes it before long', async () => {
    const disk = createMemoryDisk()
    const { agent, clock } = await started(disk)
    agent.offer(offerOf(1))
    await clock.turn()
    agent.tell({ ...ended, end: finished(offerOf(1)) })
    await clock.turn()
    await agent.tell({ type: 'report-settled', reportId: 1, answer: { ok: true, value: null } })
    expect(disk.records.has('report/1')).toBe(true)
    await clock.advance(200)
    await clock.turn()
    expect(disk.records.has('report/1')).toBe(false)
  })

  test('lets an offer wait for the joining that it overtook', async () => {
    const disk = createMemoryDisk()
    const { agent, clock } = await started(disk)
    await agent.tell({ type: 'parted' })
    const early = seen(agent.offer(offerOf(1)))
    await clock.turn()
    expect(early).toEqual({})
    await agent.tell(joined)
    await clock.turn()
    expect(early.value).toMatchObject({ answer: 'accept' })
    await agent.tell({ type: 'parted' })
    const lost = seen(agent.offer(offerOf(2)))
    await clock.advance(2_000)
    await clock.turn()
    expect(lost.value).toMatchObject({ answer: 'decline', retry_after_seconds: 1 })
  })

  test('wakes the core when something is due', async () => {
    const { agent, clock, effects } = await started(createMemoryDisk())
    agent.offer(offerOf(1))
    await clock.turn()
    await clock.advance(30_000)
    expect(effects.map(({ type }) => type)).toEqual(['start-run', 'stop-run', 'release-task'])
  })

  test('tells who listens what was told and what came of it, until they stop', async () => {
    const { agent, clock } = await started(createMemoryDisk())
    const changes: AgentChange[] = []
    const stop = agent.onChange((change) => changes.push(change))
    agent.offer(offerOf(1))
    await clock.turn()
    stop()
    agent.offer(offerOf(2))
    await clock.turn()
    expect(changes).toMatchObject([
      { input: { type: 'offer-received' }, effects: [{ type: 'start-run' }], atMs: startMs },
    ])
  })
})

describe('a full disk', () => {
  test('makes a node decline, keeps what was promised, and is got over', async () => {
    const disk = createMemoryDisk()
    const { agent, clock, effects } = await started(disk)
    agent.offer(offerOf(1))
    await clock.turn()
    disk.isFull = true
    const told = seen(agent.tell({ ...ended, end: finished(offerOf(1)) }))
    await clock.turn()
    expect(told).toEqual({})
    expect(agent.trouble).toMatchObject({ code: 'DISK_FULL' })
    const declined: { value?: OfferAnswer } = seen(agent.offer(offerOf(2)))
    await clock.turn()
    expect(declined.value).toMatchObject({ answer: 'decline', reason: 'operator_limit' })
    await clock.advance(10_000)
    expect(effects.map(({ type }) => type)).toEqual(['start-run'])
    disk.isFull = false
    await clock.advance(5_000)
    expect(told.value).toMatchObject({ ok: true })
    expect(agent.trouble).toBeNull()
    expect(effects.map(({ type }) => type)).toEqual(['start-run', 'send-report'])
  })

  test('tells those who waited in the order in which they came', async () => {
    const disk = createMemoryDisk()
    const { agent, clock, effects } = await started(disk)
    disk.isFull = true
    agent.offer(offerOf(1))
    // While the write that will fail is under way.
    clock.soon(() => {
      agent.tell({ type: 'lease-withdrawn', taskId: taskIdOf(1), leaseEpoch: 1, reason: 'x' })
    })
    await clock.turn()
    disk.isFull = false
    await clock.advance(1_000)
    const types = effects.map(({ type }) => type)
    expect(types).toEqual(['start-run', 'stop-run', 'release-task'])
  })
})

describe('an end', () => {
  test('comes of a disk that fails, and nothing more is promised', async () => {
    const disk = createMemoryDisk()
    const { agent, clock, effects } = await started(disk)
    disk.failure = new Error('the disk is gone')
    const offered = seen(agent.offer(offerOf(1)))
    await clock.turn()
    expect(offered.failure).toMatchObject({ code: 'AGENT_STATE_FAILED' })
    expect(await agent.ended).toMatchObject({ code: 'AGENT_STATE_FAILED' })
    expect(await agent.tell(joined)).toMatchObject({ code: 'AGENT_STATE_FAILED' })
    expect(effects).toEqual([])
  })

  test('comes of a bug of ours, and what it made of the state is not stored', async () => {
    const disk = createMemoryDisk()
    const { agent, clock } = await started(disk)
    agent.offer(offerOf(1))
    await clock.turn()
    const before = new Map(disk.records)
    const wrong = agent.tell({ ...ended, end: finished(offerOf(2)) })
    await expect(wrong).rejects.toThrow('papers of another lease')
    await clock.advance(10_000)
    await clock.turn()
    expect(disk.records).toEqual(before)
    expect(await agent.ended).toMatchObject({ code: 'INTERNAL' })
  })

  test('by closing stores what is left, and frees the store for the next', async () => {
    const disk = createMemoryDisk()
    const { agent, clock } = await started(disk)
    agent.offer(offerOf(1))
    const closed = agent.close()
    await clock.turn()
    await closed
    expect(await agent.tell(joined)).toMatchObject({ code: 'INTERRUPTED' })
    const next = await started(disk, clock)
    expect(next.agent.state.leases.size).toBe(1)
    expect(next.effects).toMatchObject([{ type: 'start-run' }])
  })
})
