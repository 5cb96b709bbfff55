// The child as it ships, with the sandbox itself inside.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instrument } from '../instrument/instrument.ts'
import { compileProgram } from '../run/program.ts'
import type { RunRequest } from '../run/request.ts'
import { run } from '../run/run.ts'
import { ModuleBuilder, moduleOf } from '../testing/module-builder.ts'
import { ample } from '../testing/pool-tasks.ts'
import { runRequest } from '../testing/run-request.ts'
import { openPool, type Pool } from './pool.ts'
import type { PoolResult, SandboxTask } from './pool-result.ts'

const memoryPagesMax = 1_024

let pool: Pool

beforeAll(async () => {
  pool = await openPool({ size: 1 })
})
afterAll(() => pool.close())

function callOf(name: string, change: Partial<RunRequest> = {}): RunRequest {
  return runRequest({ call: { kind: 'function', function: name, arguments: [] }, ...change })
}

function taskOf(module: Uint8Array, request: RunRequest): SandboxTask {
  return { requester: 'ana', module, form: 'raw', memoryPagesMax, request }
}

/** What a receipt is made of, without what only this machine knows. */
function attested(result: PoolResult) {
  if (result.kind !== 'attestable') throw new Error(`${result.fault}: ${result.detail}`)
  const { ending, gas, stdout, stderr, results, checkpoints, traceRoot, memoryPages } = result
  return { ending, gas, stdout, stderr, results, checkpoints, traceRoot, memoryPages }
}

const counting = `
  block loop
    local.get 0 i32.const 100000 i32.eq br_if 1
    local.get 0 i32.const 1 i32.add local.set 0
    br 0
  end end
  local.get 0`
const counter = moduleOf({ export: 'f', locals: ['i32'], results: ['i32'], body: counting })
const endless = moduleOf({ export: 'f', body: 'loop br 0 end' })

describe('a child with the sandbox in it', () => {
  test('comes to the end that this thread comes to, checkpoint by checkpoint', async () => {
    const request = callOf('f', { checkpointGas: 50_000, trace: true })
    const made = instrument(counter, { memoryPagesMax, trace: true })
    if (!made.ok) throw new Error(made.detail)
    const here = run(compileProgram(made.bytes), request)

    const there = await pool.submit(taskOf(counter, request), ample)
    expect(attested(there)).toEqual(attested({ ...here } as PoolResult))
    expect(there).toMatchObject({
      results: [{ type: 'i32', value: 100_000 }],
      instrumented: made.digest,
      instrumenterVersion: made.instrumenterVersion,
    })
    expect(attested(there).checkpoints.length).toBeGreaterThan(5)
  })

  test('runs instrumented bytes as they stand', async () => {
    const made = instrument(counter, { memoryPagesMax, trace: false })
    if (!made.ok) throw new Error(made.detail)
    const raw = taskOf(counter, callOf('f'))
    const ready: SandboxTask = { ...raw, module: made.bytes, form: 'instrumented' }
    const [one, other] = [await pool.submit(raw, ample), await pool.submit(ready, ample)]
    expect(attested(other)).toEqual(attested(one))
    // The first test had it instrumented with a trace, which is another program.
    for (const each of [one, other]) expect(each).toMatchObject({ instrumented: made.digest })
  })

  test('keeps what it has instrumented and compiled', async () => {
    const again = taskOf(counter, callOf('f', { gas: 9_000_000 }))
    await pool.submit(again, ample)
    const { timings } = (await pool.submit(again, ample)) as { timings?: unknown }
    expect(timings).toMatchObject({ instrumentMs: 0, compileMs: 0 })
  })

  test('says why a module is refused', async () => {
    const result = await pool.submit(taskOf(Uint8Array.of(1, 2, 3), callOf('f')), ample)
    expect(result).toMatchObject({
      kind: 'attestable',
      ending: { kind: 'rejected', code: 'MALFORMED_HEADER' },
      instrumented: null,
    })
  })

  test('ends an infinite loop by its gas, or by its deadline where gas is plenty', async () => {
    const short = await pool.submit(taskOf(endless, callOf('f', { gas: 1_000_000 })), ample)
    expect(short).toMatchObject({ ending: { kind: 'out_of_gas' }, gas: 1_000_000 })
    const heard: number[] = []
    const long = await pool.submit(taskOf(endless, callOf('f', { gas: 2 ** 52 })), {
      ...ample,
      deadlineMs: 700,
      onProgress: (gasUsed) => heard.push(gasUsed),
    })
    expect(long).toMatchObject({ kind: 'infrastructure', fault: 'timeout' })
    expect(heard.at(-1)).toBeGreaterThan(0)
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
  })

  test('counts the memory of its guest, and lets go of it', async () => {
    const fill = 'i32.const 0 i32.const 1 i32.const 67108864 memory.fill'
    const builder = new ModuleBuilder()
    builder.memory({ min: 1_024 })
    builder.function({ export: 'f', body: fill })
    builder.function({ export: 'holds', body: `${fill} loop br 0 end` })
    const module = builder.bytes()
    const task = taskOf(module, callOf('f', { gas: 1e9 }))
    for (let i = 0; i < 4; i++) {
      const result = await pool.submit(task, { ...ample, memoryMb: 200 })
      expect(result).toMatchObject({ ending: { kind: 'ok' }, memoryPages: 1_024 })
      // Had the child been replaced, because memory was left over, it would have compiled again.
      if (i > 0) expect(result).toMatchObject({ timings: { compileMs: 0 } })
      else expect(result.memoryBytes).toBeGreaterThan(60 * 1_048_576)
    }
    const asked = taskOf(module, callOf('holds', { gas: 2 ** 52 }))
    const holds = { ...asked, requester: 'ben' }
    const tooMuch = await pool.submit(holds, { ...ample, memoryMb: 20 })
    expect(tooMuch).toMatchObject({ kind: 'infrastructure', fault: 'memory' })
  })
})
