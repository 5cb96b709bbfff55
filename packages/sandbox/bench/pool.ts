// What it costs to run a module that does nothing, in children: starting one, one task after the
// other, and as many as two children can take. By the clock: on a busy machine it says little.
import { openChild } from '../src/child/child.ts'
import { type Isolation, type Protection, probeIsolation } from '../src/child/isolation.ts'
import { openPool, type Pool } from '../src/child/pool.ts'
import type { SandboxTask } from '../src/child/pool-result.ts'
import { childProgram } from '../src/child/program.ts'
import { moduleOf } from '../src/testing/module-builder.ts'
import { runRequest } from '../src/testing/run-request.ts'
import { quantile, timesOf } from './timing.ts'

export interface PoolFigure {
  readonly what: string
  readonly unit: 'ms' | 'tasks/s'
  readonly best: number
  readonly p50: number
  /** Null where there were fewer than a hundred times. */
  readonly p99: number | null
}

export interface PoolFigures {
  readonly protections: readonly Protection[]
  readonly figures: readonly PoolFigure[]
}

const limits = { deadlineMs: 60_000, memoryMb: 512 }
const program = await childProgram()
const isolation = await probeIsolation()
const bare: Isolation = { prefix: [], protections: [] }

const request = runRequest({ call: { kind: 'function', function: 'f', arguments: [] } })
const nothing = moduleOf({ export: 'f', body: '' })

function taskOf(module: Uint8Array): SandboxTask {
  return { requester: 'ana', module, form: 'raw', memoryPagesMax: 1_024, request }
}

/** Modules that all do nothing, and none of which a child has seen. */
function strangers(count: number, from: number): SandboxTask[] {
  return Array.from({ length: count }, (_, i) =>
    taskOf(moduleOf({ export: 'f', body: `i32.const ${from + i} drop` })),
  )
}

function times(what: string, sorted: readonly number[]): PoolFigure {
  const p99 = sorted.length < 100 ? null : quantile(sorted, 0.99)
  return { what, unit: 'ms', best: quantile(sorted, 0), p50: quantile(sorted, 0.5), p99 }
}

function rate(what: string, tasks: number, sorted: readonly number[]): PoolFigure {
  const at = (share: number) => (tasks * 1_000) / quantile(sorted, share)
  return { what, unit: 'tasks/s', best: at(0), p50: at(0.5), p99: null }
}

function starts(using: Isolation): Promise<number[]> {
  return timesOf(15, async () => {
    const child = openChild(program, using)
    await child.ready
    child.kill()
  })
}

async function withPool<T>(size: number, use: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = await openPool({ size, program, isolation, queueMax: 10_000 })
  const warmUp = Array.from({ length: 3_000 }, () => pool.submit(taskOf(nothing), limits))
  await Promise.all(warmUp)
  const made = await use(pool)
  await pool.close()
  return made
}

function all(pool: Pool, tasks: readonly SandboxTask[]): Promise<unknown> {
  return Promise.all(tasks.map((task) => pool.submit(task, limits)))
}

function firstResults(): Promise<number[]> {
  return timesOf(10, async () => {
    const pool = await openPool({ size: 1, program, isolation })
    await pool.submit(taskOf(nothing), limits)
    void pool.close()
  })
}

export async function measurePool(): Promise<PoolFigures> {
  const up = [await starts(isolation), await starts(bare), await firstResults()] as const
  const [warm, unknown] = await withPool(1, async (pool) => [
    await timesOf(2_000, () => pool.submit(taskOf(nothing), limits)),
    await timesOf(200, (round) => pool.submit(strangers(1, round)[0]!, limits)),
  ])
  const [cached, instrumented] = await withPool(2, async (pool) => [
    await timesOf(5, () => all(pool, Array<SandboxTask>(4_000).fill(taskOf(nothing)))),
    await timesOf(5, (round) => all(pool, strangers(1_000, 1_000 + round * 1_000))),
  ])
  const figures = [
    times('child up, all protections', up[0]),
    times('child up, Node permissions only', up[1]),
    times('pool opened and first result', up[2]),
    times('warm task, module cached', warm!),
    times('warm task, module instrumented and compiled', unknown!),
    rate('two children, module cached', 4_000, cached!),
    rate('two children, module instrumented and compiled', 1_000, instrumented!),
  ]
  return { protections: isolation.protections, figures }
}
