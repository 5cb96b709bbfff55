import { describe, expect, test } from 'vitest'
import { type InstrumentOptions, instrument } from '../instrument/instrument.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'
import { runRequest } from '../testing/run-request.ts'
import { createWasmerProvider } from '../wasi/wasmer.ts'
import { compileProgram } from './program.ts'
import type { RunRequest } from './request.ts'
import { rerunTo } from './rerun.ts'
import { run } from './run.ts'

const wasmer = await createWasmerProvider()

/** The command of a module that the instrumenter itself has rewritten. */
function programOf(
  build: (module: ModuleBuilder) => void,
  options: Partial<InstrumentOptions> = {},
) {
  const module = new ModuleBuilder()
  build(module)
  const made = instrument(module.bytes(), { memoryPagesMax: 64, trace: true, ...options })
  if (!made.ok) throw new Error(`${made.code}: ${made.detail}`)
  return compileProgram(made.bytes)
}

function calling(name: string, value: number): Partial<RunRequest> {
  return { call: { kind: 'function', function: name, arguments: [{ type: 'i32', value }] } }
}

/** Fills pages that it grows by, writes to stdout and draws randomness as it goes. */
const busy = programOf((module) => {
  const random = module.import('wasi_snapshot_preview1', 'random_get', ['i32', 'i32'], ['i32'])
  const four = ['i32', 'i32', 'i32', 'i32'] as const
  const write = module.import('wasi_snapshot_preview1', 'fd_write', four, ['i32'])
  module.memory({ min: 1, max: 32 })
  module.function({
    export: '_start',
    locals: ['i32', 'i32'],
    body: `
      i32.const 0 i32.const 64 i32.store
      i32.const 4 i32.const 16 i32.store
      loop
        i32.const 64 i32.const 16 call ${random} drop
        i32.const 1 i32.const 0 i32.const 1 i32.const 8 call ${write} drop
        local.get 1 i32.const 0 i32.ne
        if
        else
          i32.const 1 memory.grow i32.const 65536 i32.mul i32.const 9 i32.store
        end
        local.get 1 i32.const 1 i32.add i32.const 4000 i32.rem_u local.set 1
        local.get 0 i32.const 1 i32.add local.tee 0
        i32.const 40000 i32.lt_u br_if 0
      end`,
  })
})

describe('a module as the instrumenter writes it', () => {
  test('gives the same result under each provider, and each of its checkpoints again', () => {
    const request = runRequest({ gas: 8e9, checkpointGas: 1_000_000, trace: true })
    const result = run(busy, request)

    expect(result).toMatchObject({ ending: { kind: 'ok' }, memoryPages: 11 })
    expect(run(busy, request, { provider: wasmer })).toEqual(result)
    if (result.kind !== 'attestable') throw new Error('not attestable')
    expect(result.checkpoints.length).toBeGreaterThan(2)
    for (const [i, leaf] of result.checkpoints.entries()) {
      expect(rerunTo(busy, request, i)?.leaf).toBe(leaf)
    }
  })

  test('runs out of gas at every limit below what it needs, and at none above', () => {
    const program = programOf((module) => {
      module.function({
        export: 'count',
        params: ['i32'],
        results: ['i32'],
        locals: ['i32'],
        body: `loop local.get 1 i32.const 1 i32.add local.tee 1
          local.get 0 i32.lt_u br_if 0 end local.get 1`,
      })
    })
    const free = run(program, runRequest(calling('count', 20)))
    if (free.kind !== 'attestable') throw new Error('not attestable')

    expect(free.results).toEqual([{ type: 'i32', value: 20 }])
    for (let gas = 1; gas < free.gas; gas++) {
      expect(run(program, runRequest({ ...calling('count', 20), gas }))).toMatchObject({
        ending: { kind: 'out_of_gas' },
        gas,
        results: null,
      })
    }
    expect(run(program, runRequest({ ...calling('count', 20), gas: free.gas }))).toEqual(free)
  })

  test('overflows its own stack, long before that of the machine does', () => {
    const program = programOf((module) => {
      module.function({
        export: 'down',
        params: ['i32'],
        results: ['i32'],
        body: `local.get 0 if:i32 local.get 0 i32.const 1 i32.sub call 0 else i32.const 7 end`,
      })
    })
    const deep = (stackUnits: number) =>
      run(program, runRequest({ ...calling('down', 100_000), stackUnits }))

    expect(run(program, runRequest(calling('down', 50)))).toMatchObject({ ending: { kind: 'ok' } })
    expect(deep(1_000)).toMatchObject({ ending: { kind: 'trap', trap: 'stack_overflow' } })
    expect(deep(1_000)).toEqual(deep(1_000))
    expect(deep(2_000)).toMatchObject({ ending: { kind: 'trap', trap: 'stack_overflow' } })
  })

  test('starts with its start function, which is metered like the rest', () => {
    const program = programOf((module) => {
      const initial = module.function({ body: 'loop br 0 end' })
      module.start(initial)
      module.function({ export: '_start', body: '' })
    })

    expect(run(program, runRequest())).toMatchObject({ ending: { kind: 'out_of_gas' } })
  })
})
