import { openMemoryStore } from '@vcp/mesh'
import { type Digest, limits, type TaskSpec, VcpError } from '@vcp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Engines, openEngines } from '../../engines/engines.ts'
import { taskId, wasmTask } from '../../engines/testing/metered-work.ts'
import { type Changes, hello, offerOf, runnerAt, turnOver } from '../testing/runner-at.ts'

let engines: Engines
beforeAll(async () => {
  engines = await openEngines({ seats: 1 })
})
afterAll(() => engines.close())
const at = (changes: Changes = {}) => runnerAt(engines, changes)

describe('a run that cannot be made', () => {
  test('because nobody has its blobs is not held against this machine', async () => {
    const { start, next } = await at()
    start({ task: hello().task, blobs: new Map() })
    expect((await next('run-ended')).end).toEqual({
      kind: 'failed',
      reason: expect.stringMatching(/^BLOB_UNAVAILABLE: no bafk/),
      isOurs: false,
    })
  })

  test('because a blob is larger than agreed is not held against this machine', async () => {
    const { start, next } = await at()
    start(wasmTask(new Uint8Array(limits.wasmModuleBytesMax + 1), { kind: 'wasi' }))
    expect((await next('run-ended')).end).toMatchObject({
      reason: expect.stringMatching(/^TOO_LARGE: /),
      isOurs: false,
    })
  })

  test('because the disk is full is this machine’s own failing, said in few words', async () => {
    const message = 'no room '.repeat(100)
    const { start, next } = await at({
      fetch: () => Promise.reject(new VcpError('DISK_FULL', { message })),
    })
    start(hello())
    const { end } = await next('run-ended')
    expect(end).toMatchObject({ kind: 'failed', isOurs: true })
    expect(end.kind === 'failed' && end.reason).toHaveLength(200)
  })

  test('because no engine is here is said', async () => {
    const { next, runner } = await at()
    const { requirements, verification, timeouts } = hello().task
    const task: TaskSpec = {
      task_type: 'zk_proof',
      inputs: {
        circuit: { from: 'catalogue', name: 'any', verification_key: 'ab'.repeat(32) as Digest },
        public_inputs: {},
        private_inputs: null,
        sealed_to: [],
        limits: { memory_mb: 64 },
      },
      ...{ requirements, verification, timeouts, reward_micro: 0, labels: {} },
    }
    runner.carryOut({ type: 'start-run', offer: offerOf(task, 1) })
    expect((await next('run-ended')).end).toMatchObject({
      reason: expect.stringMatching(/no engine here runs zk_proof/),
      isOurs: true,
    })
  })
})

describe('fetching', () => {
  test('serves all that wait for one blob, and goes on for those who stay', async () => {
    const line = Promise.withResolvers<void>()
    const store = await openMemoryStore(1_000_000)
    const given = hello()
    const [bytes] = given.blobs.values()
    const { start, next, fetched, runner } = await at({
      store,
      async fetch(_cid, { signal }) {
        await line.promise
        signal.throwIfAborted()
        await store.put([bytes!], { shape: 'whole' })
      },
    })
    start(given, 1)
    start(given, 2)
    runner.carryOut({ type: 'stop-run', taskId, leaseEpoch: 1, reason: 'a newer lease' })
    await turnOver()
    line.resolve()
    expect(await next('run-ended')).toMatchObject({ leaseEpoch: 2, end: { kind: 'finished' } })
    expect(fetched).toHaveLength(1)
  })

  test('ends when nobody waits any more, and begins anew for who comes then', async () => {
    const store = await openMemoryStore(1_000_000)
    const given = hello()
    const [bytes] = given.blobs.values()
    const asked: AbortSignal[] = []
    const begun = Promise.withResolvers<void>()
    const stopped = Promise.withResolvers<void>()
    const ending = Promise.withResolvers<void>()
    const { start, next, runner } = await at({
      store,
      async fetch(_cid, { signal }) {
        asked.push(signal)
        begun.resolve()
        if (asked.length > 1) return await store.put([bytes!], { shape: 'whole' })
        signal.addEventListener('abort', () => stopped.resolve())
        await ending.promise
        throw signal.reason
      },
    })
    start(given, 1)
    await begun.promise
    runner.carryOut({ type: 'stop-run', taskId, leaseEpoch: 1, reason: 'withdrawn' })
    await stopped.promise
    start(given, 2)
    ending.resolve()
    expect(await next('run-ended')).toMatchObject({ leaseEpoch: 2, end: { kind: 'finished' } })
    expect(asked.map(({ aborted }) => aborted)).toEqual([true, false])
  })
})
