import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  actTask,
  ample,
  echoTask,
  hostileProgram,
  ownCopy,
  processesOf,
  textOf,
} from '../testing/pool-tasks.ts'
import { openPool, type Pool } from './pool.ts'
import type { PoolLimits, PoolResult } from './pool-result.ts'

let program: ReturnType<typeof ownCopy>
let pool: Pool

beforeAll(async () => {
  program = ownCopy(await hostileProgram())
  pool = await openPool({ program, size: 2 })
})
afterAll(async () => {
  await pool.close()
  const left = processesOf(program)
  program[Symbol.dispose]()
  expect(left).toEqual([])
})

/** Resolves when the act is under way in its child; the result comes beside. */
async function begin(act: string, limits: PoolLimits): Promise<{ result: Promise<PoolResult> }> {
  const isRunning = Promise.withResolvers<void>()
  const result = pool.submit(actTask(act), { ...limits, onProgress: () => isRunning.resolve() })
  await isRunning.promise
  return { result }
}

/** After whatever happened to one child, the pool is as it was. */
async function expectWell(): Promise<void> {
  const results = await Promise.all(
    ['a', 'b', 'c'].map((text) => pool.submit(echoTask(text), ample)),
  )
  expect(results.map((each) => each.kind === 'attestable' && textOf(each.stdout))).toEqual([
    'a',
    'b',
    'c',
  ])
  expect(processesOf(program)).toHaveLength(2)
}

describe('a deadline', () => {
  test('ends an infinite loop, and within 100 ms the task is answered', async () => {
    const deadlineMs = 100
    const late: number[] = []
    for (let i = 0; i < 20; i++) {
      const result = await pool.submit(actTask('spin'), { ...ample, deadlineMs })
      expect(result).toMatchObject({ fault: 'timeout', detail: 'it was not done after 100 ms' })
      late.push(result.wallMs - deadlineMs)
    }
    late.sort((a, b) => a - b)
    const [p50, max] = [late[10], late[19]].map((each) => each?.toFixed(1))
    const figures = `p50 ${p50} ms, max ${max} ms after the deadline`
    // A machine that leaves this process waiting for a core may spoil some of them.
    expect(late[10], figures).toBeLessThan(100)
    expect(late[0], figures).toBeGreaterThan(-2)
    await expectWell()
  })

  test('is kept by the child itself where its parent is too busy', async () => {
    const { result } = await begin('spin', { ...ample, deadlineMs: 400 })
    // From here on this process answers nothing, and no timer of the pool can fire.
    const blockedUntil = performance.now() + 5_000
    const before = processesOf(program).length
    let now = before
    while (now === before && performance.now() < blockedUntil) now = processesOf(program).length
    expect(now).toBe(before - 1)
    expect(await result).toMatchObject({ fault: 'timeout' })
    await expectWell()
  })
})

describe('memory', () => {
  test('beyond the limit ends the child before it is far beyond', async () => {
    const result = await pool.submit(actTask('hog'), { deadlineMs: 20_000, memoryMb: 128 })
    expect(result).toMatchObject({ fault: 'memory', detail: 'it held more than 128 MiB' })
    expect(result.memoryBytes).toBeGreaterThan(128 * 1_048_576)
    expect(result.memoryBytes).toBeLessThan(512 * 1_048_576)
    await expectWell()
  })

  test("beyond JavaScript's own is told from a crash", async () => {
    const result = await pool.submit(actTask('heap'), { deadlineMs: 25_000, memoryMb: 4_096 })
    expect(result).toMatchObject({ fault: 'memory', exitCode: null })
    await expectWell()
  })
})

describe('a child that', () => {
  test.each([
    ['throws', 'throw', /^Error: thrown on purpose \?\[31m$/],
    ['leaves its thread', 'exit', /^the worker thread ended with code 7$/],
    ['kills itself', 'kill', /^SIGKILL ended it$/],
    ['writes a byte too much', 'flood', /^it said what it may not say$/],
    ['writes 100 MB too much', 'torrent', /^it sent a frame that is too large$/],
    ['claims more gas than there is', 'overcharge', /^it said what it may not say$/],
  ])('%s is a crash, and nothing else', async (_, act, detail) => {
    const others = [echoTask('one'), echoTask('two')].map((task) => pool.submit(task, ample))
    const result = await pool.submit(actTask(act), ample)
    expect(result).toMatchObject({ kind: 'infrastructure', fault: 'crash' })
    expect(result.kind === 'infrastructure' && result.detail).toMatch(detail)
    for (const other of await Promise.all(others)) expect(other.kind).toBe('attestable')
    await expectWell()
  })

  test('is killed from outside is a crash by that signal', async () => {
    const idle = new Set(processesOf(program))
    const { result } = await begin('spin', ample)
    for (const pid of idle) process.kill(pid, 'SIGKILL')
    expect(await result).toMatchObject({
      fault: 'crash',
      exitCode: null,
      exitSignal: 'SIGKILL',
      detail: 'SIGKILL ended it',
    })
    await expectWell()
  })
})

test('cancelling ends the child at once', async () => {
  const stop = new AbortController()
  const { result } = await begin('spin', { ...ample, signal: stop.signal })
  const cancelledAt = performance.now()
  stop.abort()
  expect(await result).toMatchObject({ kind: 'infrastructure', fault: 'cancelled' })
  expect(performance.now() - cancelledAt).toBeLessThan(10_000)
  await expectWell()
})
