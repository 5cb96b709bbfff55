// What it costs to run a module that does nothing, in children: starting one, one task after the
// other, and as many as two children can take.
//   node scripts/with-node.mjs packages/sandbox/bench/pool.ts [--json]
import { openChild } from '../src/child/child.ts'
import { type Isolation, probeIsolation } from '../src/child/isolation.ts'
import { openPool, type Pool } from '../src/child/pool.ts'
import type { SandboxTask } from '../src/child/pool-result.ts'
import { childProgram } from '../src/child/program.ts'
import { moduleOf } from '../src/testing/module-builder.ts'
import { runRequest } from '../src/testing/run-request.ts'

interface Figure {
  readonly what: string
  readonly unit: 'ms' | 'tasks/s'
  readonly p50: number
  readonly best: number
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

async function timesOf(
  count: number,
  work: (round: number) => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < count; round++) {
    const began = performance.now()
    await work(round)
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)
}

function figure(what: string, times: readonly number[]): Figure {
  return { what, unit: 'ms', p50: times[times.length >> 1] ?? Number.NaN, best: times[0] ?? 0 }
}

function rate(what: string, tasks: number, times: readonly number[]): Figure {
  const [p50, best] = [times[times.length >> 1], times[0]].map((ms) => (tasks * 1_000) / (ms ?? 1))
  return { what, unit: 'tasks/s', p50: p50 ?? 0, best: best ?? 0 }
}

function starts(using: Isolation): Promise<number[]> {
  return timesOf(15, async () => {
    const child = openChild(program, using)
    await child.ready
    child.kill()
  })
}

const coldResult = await timesOf(10, async () => {
  const pool = await openPool({ size: 1, program, isolation })
  await pool.submit(taskOf(nothing), limits)
  void pool.close()
})

async function withPool<T>(size: number, use: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = await openPool({ size, program, isolation, queueMax: 10_000 })
  const warmUp = Array.from({ length: 3_000 }, () => pool.submit(taskOf(nothing), limits))
  await Promise.all(warmUp)
  const made = await use(pool)
  await pool.close()
  return made
}

const [warm, unknown] = await withPool(1, async (pool) => [
  await timesOf(2_000, () => pool.submit(taskOf(nothing), limits)),
  await timesOf(200, (round) => pool.submit(strangers(1, round)[0]!, limits)),
])

const [cached, instrumented] = await withPool(2, async (pool) => [
  await timesOf(5, () => all(pool, Array<SandboxTask>(4_000).fill(taskOf(nothing)))),
  await timesOf(5, (round) => all(pool, strangers(1_000, 1_000 + round * 1_000))),
])

function all(pool: Pool, tasks: readonly SandboxTask[]): Promise<unknown> {
  return Promise.all(tasks.map((task) => pool.submit(task, limits)))
}

const figures = [
  figure('child up, all protections', await starts(isolation)),
  figure('child up, Node permissions only', await starts(bare)),
  figure('pool opened and first result', coldResult),
  figure('warm task, module cached', warm ?? []),
  figure('warm task, module instrumented and compiled', unknown ?? []),
  rate('two children, module cached', 4_000, cached ?? []),
  rate('two children, module instrumented and compiled', 1_000, instrumented ?? []),
]

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ protections: isolation.protections, figures }, null, 2))
} else {
  for (const { what, unit, p50, best } of figures) {
    const [middle, first] = [p50, best].map((n) => (n < 100 ? n.toFixed(2) : n.toFixed(0)))
    console.log(`${what.padEnd(48)}${middle?.padStart(9)}${first?.padStart(9)} ${unit} (p50, best)`)
  }
  const missing = isolation.protections.filter(({ inForce }) => !inForce)
  for (const { name, detail } of missing) console.log(`not in force: ${name}: ${detail}`)
}
