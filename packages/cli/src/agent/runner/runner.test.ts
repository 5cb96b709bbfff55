import { openMemoryStore } from '@vcp/mesh'
import {
  areBelow,
  type Cid,
  cidOf,
  limits,
  openEnvelope,
  reveals,
  TaskId,
  taskDigest,
  traceDepth,
  VcpError,
} from '@vcp/protocol'
import { createTrace } from '@vcp/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Engines, openEngines } from '../../engines/engines.ts'
import { pi, scriptTask, taskId } from '../../engines/testing/metered-work.ts'
import { signer } from '../testing/kept-run.ts'
import { type Changes, finishedBy, hello, runnerAt, turnOver } from '../testing/runner-at.ts'

let engines: Engines
beforeAll(async () => {
  engines = await openEngines({ seats: 1 })
})
afterAll(() => engines.close())
const at = (changes: Changes = {}) => runnerAt(engines, changes)
const endless = () => pi(2_000_000_000, '7', { gas: limits.wasmGasMax })

describe('a run', () => {
  test('ends with a receipt and the commitment to it, both signed, and is kept', async () => {
    const { start, next, kept, store } = await at()
    const given = hello()
    start(given)
    const { end, ...lease } = await next('run-ended')
    const { receipt, commitment, traceLeaves } = finishedBy(end)
    expect(openEnvelope('receipt', receipt).ok).toBe(true)
    expect(openEnvelope('commitment', commitment).ok).toBe(true)
    expect(reveals(signer.peerId, receipt.payload, commitment!.payload)).toBe(true)
    expect(receipt.payload).toMatchObject({
      task_id: taskId,
      task_digest: taskDigest(given.task),
      lease_epoch: 1,
      module: given.task.inputs.module,
      ending: { kind: 'ok' },
    })
    expect(createTrace(traceLeaves).root).toBe(receipt.payload.trace_root)
    const below = (await kept.below(lease, traceDepth, 0))!
    expect(areBelow(below, receipt.payload.trace_root!)).toBe(true)
    const output = kept.output(lease)!
    expect(new TextDecoder().decode(output)).toBe('hello from inside\n')
    expect(cidOf('raw', output)).toBe(receipt.payload.output)
    expect(await store.manifest(receipt.payload.output)).toBeNull()
  })

  test('puts a large output into the store and holds it until the task is released', async () => {
    const { start, next, kept, store, runner, write } = await at()
    start(scriptTask('return "x".repeat(input)', limits.reportOutputBytesMax))
    const { end, ...lease } = await next('run-ended')
    const { output } = finishedBy(end).receipt.payload
    expect(kept.output(lease)).toBeNull()
    expect(await store.remove(output)).toBe(false)
    runner.carryOut({ type: 'release-task', taskId })
    await runner.close()
    await write()
    expect(kept.tasks()).toEqual([])
    expect(await store.remove(output)).toBe(true)
  })

  test('leaves no pin behind where its end was not told', async () => {
    const store = await openMemoryStore(200_000_000)
    const pin: typeof store.pin = async (cid, holder) => {
      await store.pin(cid, holder)
      throw new VcpError('DISK_FULL', { message: 'no room' })
    }
    const { start, next, kept, runner, write } = await at({ store: { ...store, pin } })
    start(scriptTask('return "x".repeat(input)', limits.reportOutputBytesMax))
    expect((await next('run-ended')).end).toMatchObject({ kind: 'failed', isOurs: true })
    const [output] = kept.holds(taskId)
    expect(await store.remove(output!)).toBe(false)
    await runner.retain(new Set())
    await write()
    expect(await store.remove(output!)).toBe(true)
    expect(kept.tasks()).toEqual([])
  })

  test('that cannot be let go of for want of room stays, and nothing breaks', async () => {
    const store = await openMemoryStore(200_000_000)
    const unpin = () => Promise.reject(new VcpError('DISK_FULL', { message: 'no room' }))
    const { start, next, kept, runner, write } = await at({ store: { ...store, unpin } })
    start(scriptTask('return "x".repeat(input)', limits.reportOutputBytesMax))
    await next('run-ended')
    runner.carryOut({ type: 'release-task', taskId })
    await runner.close()
    await write()
    expect(kept.tasks()).toEqual([taskId])
  })

  test('fetches what it needs once, and then has it in memory', async () => {
    const { start, next, fetched, store } = await at()
    const given = hello()
    start(given, 1)
    await next('run-ended')
    expect(await store.remove(given.task.inputs.module)).toBe(true)
    start(given, 2)
    finishedBy((await next('run-ended')).end)
    expect(fetched).toEqual([given.task.inputs.module])
  })

  test('is begun once, however often it is asked for, until its end is safe', async () => {
    const [arrived, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { start, told, next } = await at({
      telling: () => {
        arrived.resolve()
        return gate.promise
      },
    })
    const ended = next('run-ended')
    start(hello())
    start(hello())
    await arrived.promise
    start(hello())
    gate.resolve()
    await ended
    // The pool is first come, first served: what had begun before has ended before this does.
    const last = next('run-ended')
    start(hello(), 2)
    await last
    expect(told).toMatchObject([{ leaseEpoch: 1 }, { leaseEpoch: 2 }])
  })

  test('tells how far it is where it takes long, and nothing after it was stopped', async () => {
    const { start, next, told, runner } = await at()
    start(endless())
    const { phase, gas, ...lease } = await next('progress-made')
    expect(phase).toBe('running')
    expect(gas).toBeGreaterThan(0)
    const { taskId: ofTask, leaseEpoch } = lease
    runner.carryOut({ type: 'stop-run', taskId: ofTask, leaseEpoch, reason: 'withdrawn' })
    start(hello(), 2)
    expect(await next('run-ended')).toMatchObject({ leaseEpoch: 2, end: { kind: 'finished' } })
    expect(told.filter(({ type }) => type === 'run-ended')).toHaveLength(1)
  })

  test('that is stopped while its output is put away tells and keeps nothing', async () => {
    const store = await openMemoryStore(200_000_000)
    const pin: typeof store.pin = async (cid, holder) => {
      await store.pin(cid, holder)
      runner.carryOut({ type: 'stop-run', taskId, leaseEpoch: 1, reason: 'withdrawn' })
    }
    const { start, next, told, runner, kept } = await at({ store: { ...store, pin } })
    start(scriptTask('return "x".repeat(input)', limits.reportOutputBytesMax), 1)
    start(hello(), 2)
    await next('run-ended')
    await turnOver()
    const ends = told.filter(({ type }) => type === 'run-ended')
    expect(ends).toMatchObject([{ leaseEpoch: 2 }])
    expect(await kept.below({ taskId, leaseEpoch: 1 }, traceDepth, 0)).toBeNull()
    expect(await kept.below({ taskId, leaseEpoch: 2 }, traceDepth, 0)).not.toBeNull()
  })

  test('that is stopped and let go of while its output is put away leaves no pin', async () => {
    const store = await openMemoryStore(200_000_000)
    const pinned = Promise.withResolvers<Cid>()
    const pin: typeof store.pin = async (cid, holder) => {
      runner.carryOut({ type: 'stop-run', taskId, leaseEpoch: 1, reason: 'withdrawn' })
      runner.carryOut({ type: 'release-task', taskId })
      await turnOver()
      await store.pin(cid, holder)
      pinned.resolve(cid)
    }
    const { start, runner, kept, write } = await at({ store: { ...store, pin } })
    start(scriptTask('return "x".repeat(input)', limits.reportOutputBytesMax))
    const output = await pinned.promise
    await runner.close()
    await write()
    expect(kept.tasks()).toEqual([])
    expect(await store.remove(output)).toBe(true)
  })

  test('that takes the place of one that is still ending keeps what it comes to', async () => {
    const store = await openMemoryStore(200_000_000)
    const ended = Promise.withResolvers<void>()
    const pinning = Promise.withResolvers<Cid>()
    const pin: typeof store.pin = async (cid, holder) => {
      runner.carryOut({ type: 'stop-run', taskId, leaseEpoch: 1, reason: 'withdrawn' })
      runner.carryOut({ type: 'release-task', taskId })
      pinning.resolve(cid)
      await ended.promise
      await store.pin(cid, holder)
    }
    const { start, next, runner, kept, write } = await at({ store: { ...store, pin } })
    start(scriptTask('return "x".repeat(input)', limits.reportOutputBytesMax))
    const before = await pinning.promise
    start(hello(), 2)
    const lease = await next('run-ended')
    ended.resolve()
    await turnOver()
    await write()
    expect(kept.output(lease)).not.toBeNull()
    runner.carryOut({ type: 'release-task', taskId })
    await runner.close()
    await write()
    expect(kept.tasks()).toEqual([])
    expect(await store.remove(before)).toBe(true)
  })

  test('ends with the runner, of which nothing is heard any more', async () => {
    const { start, next, told, runner } = await at()
    start(endless())
    await next('progress-made')
    const before = told.length
    await runner.close()
    start(hello(), 2)
    expect(told).toHaveLength(before)
  })
})

describe('a referee', () => {
  test('comes to the leaf that the run has there', async () => {
    const { start, next, runner } = await at()
    const given = pi(100_000, '7', { gas: 9_000_000 })
    start(given)
    const { traceLeaves } = finishedBy((await next('run-ended')).end)
    const effect = { type: 'start-rerun', taskId, checkpoint: 41, task: given.task } as const
    runner.carryOut(effect)
    runner.carryOut(effect)
    expect(await next('rerun-ended')).toEqual({
      type: 'rerun-ended',
      taskId,
      checkpoint: 41,
      leaf: traceLeaves[41],
    })
  })

  test('says that it could not where it has not the program', async () => {
    const { next, runner } = await at()
    const { task } = hello()
    runner.carryOut({ type: 'start-rerun', taskId, checkpoint: 0, task })
    expect(await next('rerun-ended')).toMatchObject({ leaf: null })
  })
})

test('what was kept of tasks that nobody knows any more goes at a start', async () => {
  const { start, next, kept, runner, write } = await at()
  start(hello())
  await next('run-ended')
  await runner.retain(new Set([taskId]))
  await write()
  expect(kept.tasks()).toEqual([taskId])
  await runner.retain(new Set([TaskId.parse('01900000-0000-7000-8000-000000000009')]))
  await write()
  expect(kept.tasks()).toEqual([])
})
