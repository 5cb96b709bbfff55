import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
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
import { openPool, type PoolOptions } from './pool.ts'
import type { PoolResult, SandboxTask } from './pool-result.ts'

let program: ReturnType<typeof ownCopy>

beforeAll(async () => {
  program = ownCopy(await hostileProgram())
})
afterAll(() => program[Symbol.dispose]())

async function withPool<T>(
  options: PoolOptions,
  use: (pool: Awaited<ReturnType<typeof openPool>>) => Promise<T>,
): Promise<T> {
  const pool = await openPool({ program, ...options })
  try {
    return await use(pool)
  } finally {
    await pool.close()
    expect(processesOf(program)).toEqual([])
  }
}

function output(result: PoolResult): string {
  return result.kind === 'attestable' ? textOf(result.stdout) : `${result.fault}: ${result.detail}`
}

/** Gives one child the tasks one after the other. */
async function outputs(tasks: readonly SandboxTask[], options: PoolOptions = {}) {
  return withPool({ size: 1, ...options }, async (pool) => {
    const results = await Promise.all(tasks.map((task) => pool.submit(task, ample)))
    return results.map(output)
  })
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

describe('a pool', () => {
  test('answers 200 tasks over two children, each with its own result', async () => {
    const answers = await outputs(
      times(200, (i) => echoTask(`task ${i}`)),
      { size: 2 },
    )
    expect(answers).toEqual(times(200, (i) => `task ${i}`))
  })

  test('begins tasks in the order in which they came', async () => {
    expect(await outputs(times(50, () => actTask('count')))).toEqual(times(50, (i) => `${i + 1}`))
  })

  test('says what a task cost', async () => {
    const result = await withPool({ size: 1 }, (pool) => pool.submit(echoTask('x'), ample))
    expect(result).toMatchObject({
      kind: 'attestable',
      ending: { kind: 'ok' },
      instrumented: 'ab'.repeat(32),
      instrumenterVersion: 1,
      timings: { runMs: expect.any(Number) },
    })
    expect(result.wallMs).toBeGreaterThan(0)
    expect(result.queuedMs).toBeGreaterThan(0)
  })

  test('keeps the sign of a zero on its way to the child', async () => {
    const given = [
      { type: 'f64', value: -0 },
      { type: 'f64', value: 0 },
    ] as const
    const call = { kind: 'function', function: 'f', arguments: given } as const
    expect(await outputs([actTask('arguments', { call })])).toEqual(['-0 0'])
  })

  test('prepares a module once a child, and again when it had to be forgotten', async () => {
    const others = times(64, (i) => actTask(`prepared ${i}`))
    const first = actTask('prepared')
    const answers = await outputs([first, first, actTask('prepared'), ...others, first])
    expect(answers).toEqual(['1', '1', '1', ...times(64, (i) => `${i + 2}`), '66'])
  })

  test('tells what a module was rejected for, and keeps the child', async () => {
    await withPool({ size: 1 }, async (pool) => {
      await pool.submit(actTask('count'), ample)
      const rejected = await pool.submit(actTask('nonsense'), ample)
      expect(rejected).toMatchObject({
        kind: 'attestable',
        ending: { kind: 'rejected', code: 'MALFORMED_WORD' },
        gas: 0,
        instrumented: null,
        detail: 'no act nonsense',
      })
      expect(output(await pool.submit(actTask('count'), ample))).toBe('2')
    })
  })

  test('reports progress while a task takes long', async () => {
    const heard: number[] = []
    const limits = { ...ample, onProgress: (gasUsed: number) => heard.push(gasUsed) }
    const result = await withPool({ size: 1 }, (pool) => pool.submit(actTask('progress'), limits))
    expect(result.kind).toBe('attestable')
    expect(new Set(heard)).toEqual(new Set([123]))
  })
})

describe('a child', () => {
  test('serves one requester', async () => {
    const of = (requester: string) => ({ ...actTask('count'), requester })
    expect(await outputs([of('ana'), of('ana'), of('ben'), of('ana')])).toEqual([
      '1',
      '2',
      '1',
      '3',
    ])
    await withPool({ size: 1 }, async (pool) => {
      const answers: string[] = []
      for (const requester of ['ana', 'ana', 'ben', 'ana']) {
        answers.push(output(await pool.submit(of(requester), ample)))
      }
      expect(answers).toEqual(['1', '2', '1', '1'])
    })
  })

  test('is replaced after so many tasks', async () => {
    const answers = await outputs(
      times(7, () => actTask('count')),
      { tasksPerChildMax: 3 },
    )
    expect(answers).toEqual(['1', '2', '3', '1', '2', '3', '1'])
  })

  test('is replaced after an end that is not clean', async () => {
    const answers = await outputs(['count', 'throw', 'count'].map((word) => actTask(word)))
    expect(answers).toEqual(['1', 'crash: Error: thrown on purpose ?[31m', '1'])
  })

  test('is replaced when it keeps too much memory', async () => {
    const answers = await outputs(['count', 'residue', 'count'].map((word) => actTask(word)))
    expect(answers).toEqual(['1', '', '1'])
  })
})

describe('the queue', () => {
  test('refuses at once what it has no room for', async () => {
    await withPool({ size: 1, queueMax: 2 }, async (pool) => {
      const waiting = times(4, (i) => pool.submit(echoTask(`${i}`), ample))
      const results = (await Promise.all(waiting)).map(output)
      expect(results).toEqual(['0', '1', ...times(2, () => 'queue_full: 2 tasks wait already')])
    })
  })

  test('lets a task go that is cancelled while it waits, and answers the others', async () => {
    await withPool({ size: 1 }, async (pool) => {
      const stop = new AbortController()
      const first = pool.submit(echoTask('first'), ample)
      const gone = pool.submit(echoTask('gone'), { ...ample, signal: stop.signal })
      const last = pool.submit(echoTask('last'), ample)
      stop.abort()
      expect(await gone).toMatchObject({ kind: 'infrastructure', fault: 'cancelled', wallMs: 0 })
      expect([await first, await last].map(output)).toEqual(['first', 'last'])
      const late = await pool.submit(echoTask('late'), { ...ample, signal: stop.signal })
      expect(late).toMatchObject({ fault: 'cancelled' })
    })
  })
})

describe('a closed pool', () => {
  test('has answered what ran and what waited, takes nothing, and left no process', async () => {
    const pool = await openPool({ program, size: 2 })
    const runs = Promise.withResolvers<void>()
    const running = pool.submit(actTask('spin'), { ...ample, onProgress: () => runs.resolve() })
    await runs.promise
    const waiting = times(3, () => pool.submit(actTask('spin'), ample))
    const children = processesOf(program)
    expect(children).toHaveLength(2)
    await pool.close()
    for (const pid of children) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    for (const result of await Promise.all([running, ...waiting])) {
      expect(result).toMatchObject({ kind: 'infrastructure', fault: 'cancelled' })
    }
    expect(await pool.submit(echoTask('x'), ample)).toMatchObject({ fault: 'cancelled' })
    await pool.close()
  })

  test('leaves no process either when its children were not up yet', async () => {
    const pool = await openPool({ program, size: 2 })
    const early = pool.submit(echoTask('x'), ample)
    await pool.close()
    expect(await early).toMatchObject({ fault: 'cancelled' })
    expect(processesOf(program)).toEqual([])
  })
})

test('a pool whose children do not come up answers so, again and again', async () => {
  const folder = join(program.folder, '..', 'empty')
  mkdirSync(folder)
  await withPool({ size: 2, program: { folder } }, async (pool) => {
    for (const attempt of [1, 2]) {
      const result = await pool.submit(echoTask(`${attempt}`), ample)
      expect(result).toMatchObject({ kind: 'infrastructure', fault: 'crash' })
      expect(output(result)).toMatch(/^crash: no child comes up: (.|\n)*Cannot find module/)
    }
  })
})
