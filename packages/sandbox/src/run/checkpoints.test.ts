import { type Digest, sha256 } from '@vcp/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  added,
  buildInstrumented,
  call,
  drop,
  global,
  grow,
  i32,
  i64,
  local,
  setGlobal,
  store8,
  store32,
  type TestModule,
  times,
} from '../testing/instrumented-module.ts'
import { propertyRuns } from '../testing/property.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { deterministicProvider } from '../wasi/deterministic.ts'
import { createWasmerProvider } from '../wasi/wasmer.ts'
import { gasPerPageWatched } from './meter.ts'
import { compileProgram } from './program.ts'
import type { Attestable, RunRequest } from './request.ts'
import { rerunTo } from './rerun.ts'
import { run } from './run.ts'
import { createTrace } from './trace.ts'

const wasmer = await createWasmerProvider()

function tracing(spec: TestModule, change: Partial<RunRequest> = {}) {
  const program = compileProgram(buildInstrumented(spec))
  const request = runRequest({ gas: 5_000_000_000, checkpointGas: 1_000_000, ...change })
  const result = run(program, request) as Attestable
  return { program, request, result }
}

function command(body: readonly number[], more: Partial<TestModule> = {}): TestModule {
  return { ...more, functions: [{ name: '_start', locals: 2, body: () => body }] }
}

/** Grows by a page each round, writes there and to the first page, draws randomness and speaks. */
const growing = command(
  times(30, 0, 80_000_000, [
    ...[...i32(1), ...grow, ...drop],
    ...[...local(0), ...i32(16), 0x74, ...local(0), ...store32],
    ...[...i32(64), ...local(0), ...store32],
    ...[...i32(128), ...i32(16), ...call(1), ...drop],
    ...[...i32(0), ...i32(128), ...store32, ...i32(4), ...i32(5), ...store32],
    ...[...i32(1), ...i32(0), ...i32(1), ...i32(8), ...call(2), ...drop],
    ...[...global(added.original), ...i64(3), 0x7c, ...setGlobal(added.original)],
  ]),
  {
    wasi: ['random_get', 'fd_write'],
    memory: { initial: 1, max: 40 },
    globals: [{ type: 'i64', init: i64(-1) }],
    control: true,
  },
)

describe('checkpoints', () => {
  test('stand at the first metering point past each multiple, and at the end', () => {
    const { program, request, result } = tracing(command(times(10, 0, 32_000_000, [])), {
      checkpointGas: 80_000_000,
    })
    const gas = result.checkpoints.map((_, i) => rerunTo(program, request, i)!.state.gas)

    // In millions: past 80 is 96; past 160 is 192, for 160 is not past itself.
    expect(gas).toEqual([96_000_000, 192_000_000, 256_000_000, 320_000_000])
    expect(result.gas).toBe(320_000_000)
  })

  test('are one where a single charge passes several multiples', () => {
    const body = [...times(1, 0, 440_000_000, []), ...times(3, 1, 24_000_000, [])]
    const { program, request, result } = tracing(command(body), { checkpointGas: 80_000_000 })
    const gas = result.checkpoints.map((_, i) => rerunTo(program, request, i)!.state.gas)

    expect(gas).toEqual([440_000_000, 488_000_000, 512_000_000])
  })

  test('lie further apart where the memory to look at is large', () => {
    const spec = command(times(30, 0, 120_000_000, []), { memory: { initial: 50, max: 50 } })
    const { program, request, result } = tracing(spec)
    const gas = result.checkpoints.map((_, i) => rerunTo(program, request, i)!.state.gas)

    expect(50 * gasPerPageWatched).toBe(800_000_000)
    expect(gas).toEqual([120, 960, 1_800, 2_640, 3_480, 3_600].map((each) => each * 1_000_000))
  })

  test('are the same in every run, over a memory that grows', () => {
    const { program, request, result } = tracing(growing)

    expect(result.ending).toEqual({ kind: 'ok' })
    expect(result.memoryPages).toBe(31)
    expect(result.checkpoints.length).toBeGreaterThan(10)
    expect(new Set(result.checkpoints).size).toBe(result.checkpoints.length)
    expect(run(program, request)).toEqual(result)
    expect(run(program, request, { provider: wasmer })).toEqual(result)
    expect(run(compileProgram(buildInstrumented(growing)), request)).toEqual(result)
  })

  test('are reached again one by one, from nothing but the module and the request', () => {
    const { program, request, result } = tracing(growing)
    for (const [i, leaf] of result.checkpoints.entries()) {
      const provider = i % 2 === 0 ? deterministicProvider : wasmer
      const again = rerunTo(program, request, i, { provider })

      expect(again?.leaf).toBe(leaf)
      expect(again?.state.index).toBe(i)
    }
  })

  test('go on with the final one past the end, as the trace does', () => {
    const { program, request, result } = tracing(growing)
    const last = result.checkpoints.length - 1

    expect(rerunTo(program, request, last + 1_000)?.leaf).toBe(result.checkpoints[last])
    expect(rerunTo(program, request, last)?.state.ending).toEqual({ kind: 'ok' })
    expect(rerunTo(program, request, last - 1)?.state.ending).toBeNull()
  })

  test('do not move the gas, nor anything else', () => {
    const { program, request, result } = tracing(growing)
    const untraced = run(program, { ...request, checkpointGas: null })

    expect(untraced).toEqual({ ...result, checkpoints: [], traceRoot: null })
    expect(rerunTo(program, { ...request, checkpointGas: null }, 0)).toBeNull()
  })

  test('end with the state at the end, also of a run that is cut short', () => {
    const full = tracing(growing)
    const cut = tracing(growing, { gas: full.result.gas - 1 })

    expect(cut.result.ending).toEqual({ kind: 'out_of_gas' })
    expect(cut.result.checkpoints.slice(0, -2)).toEqual(full.result.checkpoints.slice(0, -2))
    expect(rerunTo(cut.program, cut.request, 9_999)?.state).toMatchObject({
      gas: full.result.gas - 1,
      ending: { kind: 'out_of_gas' },
    })
  })

  test('have a root that is the one of their trace', () => {
    const { result } = tracing(growing)

    expect(result.traceRoot).toBe(createTrace(result.checkpoints).root)
  })
})

describe('a leaf', () => {
  const base = command(times(3, 0, 600_000, []), {
    memory: { initial: 3, max: 5 },
    globals: [
      { type: 'i32', init: i32(1) },
      { type: 'f64', init: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] },
    ],
    data: [{ at: 0, bytes: [1] }],
    control: true,
  })
  const body = times(3, 0, 600_000, [])
  const baseLeaf = firstLeaf(base)

  function firstLeaf(spec: TestModule, change: Partial<RunRequest> = {}): Digest {
    return tracing(spec, change).result.checkpoints[0]!
  }

  function changed(before: readonly number[], more: Partial<TestModule> = {}): TestModule {
    return { ...base, ...more, functions: command([...before, ...body]).functions }
  }

  test('is the same for the same state', () => {
    expect(firstLeaf(changed([]))).toBe(baseLeaf)
    expect(firstLeaf(changed([...i32(7), ...drop]))).toBe(baseLeaf)
    expect(firstLeaf(changed([...i32(9), ...i32(0), ...store8]))).toBe(baseLeaf)
  })

  test('is the same for every NaN in a global', () => {
    const nan = (low: number) => [0x44, low, 0, 0, 0, 0, 0, 0xf8, 0xff]
    const [one, other] = [1, 2].map((low) =>
      firstLeaf(changed([...nan(low), ...setGlobal(added.original + 1)])),
    )

    expect(one).toBe(other)
    expect(one).not.toBe(baseLeaf)
  })

  test.each<[string, TestModule]>([
    ['a byte of memory', changed([...i32(70_000), ...i32(1), ...store8])],
    ['the last byte of memory', changed([...i32(3 * 65_536 - 1), ...i32(1), ...store8])],
    ['the size of memory', changed([...i32(1), ...grow, ...drop])],
    ['a global', changed([...i32(2), ...setGlobal(added.original)])],
    [
      'the sign of a zero',
      changed([0x44, 0, 0, 0, 0, 0, 0, 0, 0x80, ...setGlobal(added.original + 1)]),
    ],
    ['the control digest', changed([...i64(1), ...setGlobal(added.trace)])],
    ['the gas', command(times(3, 0, 600_001, []), base)],
  ])('differs with %s', (_, spec) => {
    expect(firstLeaf({ ...base, ...spec })).not.toBe(baseLeaf)
  })

  test.each<[string, readonly number[]]>([
    ['a byte read', [...i32(0), ...i32(32), ...i32(1), ...i32(512), ...call(1), ...drop]],
    ['a byte written', [...i32(1), ...i32(32), ...i32(1), ...i32(512), ...call(2), ...drop]],
    [
      'a byte written elsewhere',
      [...i32(2), ...i32(32), ...i32(1), ...i32(512), ...call(2), ...drop],
    ],
    ['a descriptor closed', [...i32(2), ...call(3), ...drop]],
    ['randomness drawn', [...i32(1_024), ...i32(1), ...call(4), ...drop]],
  ])('differs with %s', (_, calls) => {
    // Only the world may differ: the gas is levelled, and what the call left in memory wiped.
    const wipe = [512, 1_024].flatMap((at) => [...i32(at), ...i32(0), ...store32])
    const world = {
      wasi: ['fd_read', 'fd_write', 'fd_close', 'random_get'],
      data: [{ at: 32, bytes: [0, 2, 0, 0, 1, 0, 0, 0] }],
    } as const
    const level = [...i64(1_000_000), ...setGlobal(added.gas)]
    const request = { call: { ...commandCall, stdin: Uint8Array.of(1) }, checkpointGas: 3_000_000 }
    const leafAfter = (before: readonly number[]) => {
      const spec = changed([...before, ...wipe, ...level], world)
      return rerunTo(compileProgram(buildInstrumented(spec)), runRequest(request), 0)!
    }
    const silent = leafAfter([])
    const spoken = leafAfter(calls)

    expect({ ...spoken.state, io: null }).toEqual({ ...silent.state, io: null })
    expect(spoken.leaf).not.toBe(silent.leaf)
  })

  test('is that of a run again for any writes, of a memory looked at any number of times', () => {
    const write = fc.record({
      page: fc.integer({ min: 0, max: 4 }),
      at: fc.integer({ min: 0, max: 65_535 }),
      byte: fc.integer({ min: 0, max: 2 }),
    })
    fc.assert(
      fc.property(fc.array(write, { minLength: 1, maxLength: 12 }), (writes) => {
        const rounds = writes.flatMap(({ page, at, byte }) => [
          ...[...i32(page * 65_536 + at), ...i32(byte), ...store8],
          ...times(1, 1, 3_000_000, []),
        ])
        const spec = command(rounds, { memory: { initial: 5, max: 5 } })
        const { program, request, result } = tracing(spec)
        const last = result.checkpoints.length - 1

        expect(rerunTo(program, request, last)?.leaf).toBe(result.checkpoints[last])
      }),
      { numRuns: Math.max(20, propertyRuns / 10) },
    )
  })

  test('says what a stream held, by its digest', () => {
    const { program, request, result } = tracing(growing)
    const final = rerunTo(program, request, result.checkpoints.length)!

    expect(final.state.io.stdout).toEqual({ bytes: 150, digest: sha256(result.stdout) })
    expect(final.state.io.random_bytes).toBe(30 * 16)
  })
})
