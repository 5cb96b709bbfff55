import { readFileSync } from 'node:fs'
import { cidOf, limits, taskTypes, wasmPresets } from '@vcp/protocol'
import { createTrace, sandboxEngine } from '@vcp/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testOnLinux } from '../testing/conditions.ts'
import type { Engine, EngineResult, ReceiptPart, Work } from './engine.ts'
import { type Engines, openEngines, versionsOf } from './engines.ts'
import { seatsFor } from './sandbox-pool.ts'
import { moduleBytes, pi, scriptTask, wasmTask, workOf } from './testing/metered-work.ts'

type Finished = Extract<EngineResult, { kind: 'finished' }>
type Golden = Readonly<Record<string, Fields>>
type Fields = Omit<ReceiptPart, 'module'>

const vectors = new URL('../../../sandbox/vectors/receipts.json', import.meta.url)
const golden = JSON.parse(readFileSync(vectors, 'utf8')) as Golden

let engines: Engines
let wasm: Engine<'wasm_execution'>
let computation: Engine<'computation'>
beforeAll(async () => {
  engines = await openEngines({ seats: 1 })
  wasm = engines.ready.get('wasm_execution') as Engine<'wasm_execution'>
  computation = engines.ready.get('computation') as Engine<'computation'>
})
afterAll(() => engines.close())

async function finished(running: Promise<EngineResult>): Promise<Finished> {
  const result = await running
  if (result.kind === 'failed') throw new Error(result.reason)
  return result
}

function textOf({ output }: Finished): string {
  return new TextDecoder().decode(output)
}

/** The processes that the pool of this test has. */
function childrenOfThis(): readonly number[] {
  const list = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  return list.split(' ').filter(Boolean).map(Number)
}

describe('the engines of this version', () => {
  test('are those for modules and scripts, and both have shown that they run here', () => {
    expect([...engines.ready.keys()].sort()).toEqual(['computation', 'wasm_execution'])
    expect(engines.unready).toEqual([])
    expect(versionsOf(engines)).toMatchObject({ wasm_execution: sandboxEngine })
    for (const [type, engine] of engines.ready) {
      expect(taskTypes).toContain(type)
      expect(engine.type).toBe(type)
    }
  })

  test('are not offered where no process comes up, and it is said why', async () => {
    const reason = 'a trial run ended with crash: no child comes up'
    const without = await openEngines({ seats: 1, trial: async () => ({ isReady: false, reason }) })
    await without.close()
    expect(without.ready.size).toBe(0)
    expect(versionsOf(without)).toEqual({})
    expect(without.unready).toEqual([
      { type: 'wasm_execution', reason },
      { type: 'computation', reason },
    ])
  })

  test.each([
    [2, 1, 2],
    [8, 0.5, 4],
    [8, 0.3, 2],
    [4, 0.1, 1],
  ])('use of %i cores at a share of %f so many processes: %i', (cores, share, seats) => {
    expect(seatsFor(cores, share)).toBe(seats)
  })

  testOnLinux('run in processes that give way to others', () => {
    const ranks = childrenOfThis().map((pid) => {
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
      return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[16])
    })
    expect(ranks.length).toBeGreaterThan(0)
    expect(ranks.filter((rank) => rank !== 10)).toEqual([])
  })
})

describe('the engine for modules', () => {
  const wasi = { kind: 'wasi', args: [] }
  const sha256 = moduleBytes('sha256')

  test.each([
    ['hello 0', wasmTask(moduleBytes('hello'), wasi)],
    ['sha256 0', wasmTask(sha256, wasi)],
    ['sha256 1', wasmTask(sha256, { ...wasi, stdin: moduleBytes('sha256', 'abc.txt') })],
    ['pi 1', pi(1_000, '-1')],
    ['pi 2', pi(100_000, '1234567890123456789')],
  ] as const)('gives what the receipt on record says: %s', async (name, given) => {
    const { part, output, traceLeaves } = await finished(wasm.run(workOf(given)))
    // The record was made with another bound for the output, which is a part of the input.
    const { input: _, ...expected } = golden[name]!
    expect(part).toMatchObject({ ...expected, module: given.task.inputs.module })
    expect(cidOf('raw', output)).toBe(part.output)
    expect(createTrace(traceLeaves).root).toBe(part.trace_root)
  })

  test('asks for the module and for what it reads, within bounds', () => {
    const { task } = wasmTask(sha256, { ...wasi, stdin: moduleBytes('sha256', 'abc.txt') })
    expect(wasm.blobs(task)).toEqual([
      { cid: cidOf('raw', sha256), bytesMax: limits.wasmModuleBytesMax },
      { cid: cidOf('raw', moduleBytes('sha256', 'abc.txt')), bytesMax: limits.blobWholeBytesMax },
    ])
    expect(wasm.needs(task)).toEqual({ memoryMb: 512, cpuCores: 1 })
  })

  test('keeps checkpoints as often as the task says', async () => {
    const given = pi(100_000, '7')
    const often = { ...given.task.inputs, checkpoint_gas: 2_000_000 }
    const task = { ...given.task, inputs: often }
    expect((await finished(wasm.run(workOf(given)))).traceLeaves).toHaveLength(1)
    const { traceLeaves } = await finished(wasm.run(workOf({ ...given, task })))
    expect(traceLeaves).toHaveLength(5)
  })

  test('finds each leaf of a trace again, and past the end the last', async () => {
    const given = pi(100_000, '7', { gas: 9_000_000 })
    const { traceLeaves } = await finished(wasm.run(workOf(given)))
    expect(traceLeaves.length).toBeGreaterThan(100)
    expect(await wasm.rerun(workOf(given), 0)).toBe(traceLeaves[0])
    expect(await wasm.rerun(workOf(given), 41)).toBe(traceLeaves[41])
    expect(await wasm.rerun(workOf(given), 9_000)).toBe(traceLeaves.at(-1))
  })

  test('says how much gas was used while it takes long', async () => {
    const heard: (number | null)[] = []
    const onProgress = (gas: number | null, percent: number | null) => {
      heard.push(gas)
      expect(percent).toBeNull()
    }
    const { part } = await finished(wasm.run(workOf(pi(60_000_000, '7'), { onProgress })))
    expect(heard.length).toBeGreaterThan(0)
    expect(heard.filter((gas) => gas === null || gas > part.gas!)).toEqual([])
  })

  test('comes to the same end everywhere where the gas runs out', async () => {
    const { part } = await finished(wasm.run(workOf(pi(100_000, '7', { gas: 5_000 }))))
    expect(part).toMatchObject({ ending: { kind: 'out_of_gas' }, gas: 5_000 })
  })

  test('has a receipt for what is no module, too', async () => {
    const given = wasmTask(new TextEncoder().encode('no module'), wasi)
    const { part } = await finished(wasm.run(workOf(given)))
    expect(part).toMatchObject({ ending: { kind: 'rejected' }, instrumented: null, gas: 0 })
  })
})

describe('a run that does not come to its end', () => {
  const endless = () => pi(2_000_000_000, '7', { gas: limits.wasmGasMax })

  test('is not held against this machine when it takes too long', async () => {
    const { task, blobs } = endless()
    const requirements = { ...task.requirements, max_execution_seconds: 1 }
    const running = wasm.run(workOf({ task: { ...task, requirements }, blobs }))
    expect(await running).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^timeout: /),
      isOurs: false,
    })
  })

  test('ends when nobody waits for it any more, and the next one runs', async () => {
    const stop = new AbortController()
    const work = workOf(endless(), { signal: stop.signal, onProgress: () => stop.abort() })
    expect(await wasm.run(work)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^cancelled: /),
      isOurs: false,
    })
    expect((await wasm.run(workOf(pi(10, '7')))).kind).toBe('finished')
    expect(await wasm.rerun(workOf(endless(), { signal: AbortSignal.abort() }), 1)).toBeNull()
  })

  testOnLinux('is held against this machine when its process is gone', async () => {
    const kill = () => {
      for (const pid of childrenOfThis()) process.kill(pid, 'SIGKILL')
    }
    const work: Work<'wasm_execution'> = workOf(endless(), { onProgress: kill })
    expect(await wasm.run(work)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^crash: /),
      isOurs: true,
    })
  })
})

describe('the engine for scripts', () => {
  test('gives what the script returns, as JSON', async () => {
    const given = scriptTask('return { sum: input.reduce((a, b) => a + b) }', [1, 2, 3])
    const result = await finished(computation.run(workOf(given)))
    expect(JSON.parse(textOf(result))).toEqual({ sum: 6 })
    expect(result.part).toMatchObject({
      module: given.task.inputs.script,
      instrumented: golden['quickjs 0']!.instrumented,
      engine: computation.version,
      ending: { kind: 'ok' },
    })
    expect(await computation.rerun(workOf(given), 0)).toBe(result.traceLeaves[0])
  })

  test('tells its interpreter apart from others', () => {
    expect(computation.version.name).toBe('vcp-quickjs')
    expect(computation.version.version).toMatch(/^\d+\.\d+\+[0-9a-f]{12}$/)
  })

  test('stops a script that returns more than is taken', async () => {
    const script = 'return "x".repeat(input)'
    const relaxed = wasmPresets.relaxed
    const given = scriptTask(script, limits.blobWholeBytesMax + 1, relaxed)
    const { part, output } = await finished(computation.run(workOf(given)))
    expect(part.ending).toEqual({ kind: 'output_limit' })
    expect(output.length).toBeLessThanOrEqual(limits.blobWholeBytesMax)
  })
})
