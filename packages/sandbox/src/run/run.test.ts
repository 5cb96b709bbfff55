import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { faults } from '../abi.ts'
import {
  added,
  buildInstrumented,
  call,
  drop,
  forever,
  i32,
  i64,
  load32,
  meter,
  setGlobal,
  store32,
  type TestModule,
  times,
  unreachable,
} from '../testing/instrumented-module.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { prices } from '../wasi/prices.ts'
import type { WasiProvider } from '../wasi/provider.ts'
import { wasm } from '../webassembly.ts'
import { compileProgram } from './program.ts'
import type { Attestable, RunRequest } from './request.ts'
import { run } from './run.ts'

function programOf(spec: TestModule) {
  return compileProgram(buildInstrumented(spec))
}

/** A command of these bytes. */
function command(body: readonly number[], more: Partial<TestModule> = {}) {
  return programOf({ ...more, functions: [{ name: '_start', locals: 2, body: () => body }] })
}

function attested(program: ReturnType<typeof programOf>, change: Partial<RunRequest> = {}) {
  const result = run(program, runRequest(change))
  expect(result.kind).toBe('attestable')
  return result as Attestable
}

const hello = [...new TextEncoder().encode('hello\n')]
/** Writes `hello` to stdout: a vector at 0, the text at 16. */
const helloModule = {
  wasi: ['fd_write'],
  data: [
    { at: 0, bytes: [16, 0, 0, 0, hello.length, 0, 0, 0] },
    { at: 16, bytes: hello },
  ],
} as const satisfies Partial<TestModule>
const writeHello = [...i32(1), ...i32(0), ...i32(1), ...i32(8), ...call(1), ...drop]

describe('a command', () => {
  test('ends well, with its output and its gas', () => {
    const result = attested(command([...meter(40), ...writeHello, ...meter(2)], helloModule))

    expect(result).toMatchObject({
      ending: { kind: 'ok' },
      gas: 42 + prices.hostCall + prices.vector + hello.length,
      results: null,
      checkpoints: [],
      traceRoot: null,
      memoryPages: 1,
      detail: null,
    })
    expect(new TextDecoder().decode(result.stdout)).toBe('hello\n')
    expect(result.stderr).toHaveLength(0)
  })

  test.each([
    [0, { kind: 'ok' }],
    [3, { kind: 'exit', exit_code: 3 }],
    [-1, { kind: 'exit', exit_code: 255 }],
  ])('that exits with %i ends with %j, and what follows does not run', (code, ending) => {
    const body = [...writeHello, ...i32(code), ...call(2), ...writeHello]
    const result = attested(command(body, { ...helloModule, wasi: ['fd_write', 'proc_exit'] }))

    expect(result.ending).toEqual(ending)
    expect(result.stdout).toHaveLength(hello.length)
  })

  test('runs the start function of its module first, with a full stack', () => {
    const program = programOf({
      globals: [{ type: 'i32', init: i32(0) }],
      functions: [
        {
          name: 'vcp:start',
          body: () => [
            ...i32(5),
            ...setGlobal(added.original),
            ...i32(1),
            ...setGlobal(added.stack),
          ],
        },
        {
          name: '_start',
          body: () => [
            ...[0x23, added.stack, ...i32(777), 0x47, 0x04, 0x40, ...unreachable, 0x0b],
            ...[0x23, added.original, ...i32(5), 0x47, 0x04, 0x40, ...unreachable, 0x0b],
          ],
        },
      ],
    })

    expect(attested(program, { stackUnits: 777 }).ending).toEqual({ kind: 'ok' })
  })

  test('finds the name of the program before its arguments', () => {
    const body = [...i32(100), ...i32(200), ...call(1), ...drop, ...writeAt(200, 9)]
    const result = attested(command(body, { wasi: ['args_get', 'fd_write'] }), {
      call: { ...commandCall, args: ['one'] },
    })

    expect(new TextDecoder().decode(result.stdout)).toBe('task\0one\0')
  })

  /** Writes a range of the memory to stdout, by the second import. */
  function writeAt(at: number, bytes: number): number[] {
    return [
      ...[...i32(0), ...i32(at), ...store32],
      ...[...i32(4), ...i32(bytes), ...store32],
      ...[...i32(1), ...i32(0), ...i32(1), ...i32(8), ...call(2), ...drop],
    ]
  }
})

describe('gas', () => {
  const tenRounds = command(times(10, 0, 7, []), { memory: null })

  test('may be used to the last unit', () => {
    expect(attested(tenRounds, { gas: 70 })).toMatchObject({ ending: { kind: 'ok' }, gas: 70 })
  })

  test('ends the run where one unit is missing, and is then all used', () => {
    expect(attested(tenRounds, { gas: 69 })).toMatchObject({
      ending: { kind: 'out_of_gas' },
      gas: 69,
    })
  })

  test('is out at the same metering point however large its charge', () => {
    const body = [
      ...[...i32(0), ...i32(1), ...store32, ...meter(100)],
      ...[...i32(0), ...i32(2), ...store32, ...meter(1_000)],
      ...[...i32(0), ...i32(3), ...store32],
    ]
    for (const gas of [100, 101, 1_099]) {
      const result = attested(command(body), { gas, checkpointGas: 1_000_000 })
      expect(result).toMatchObject({ ending: { kind: 'out_of_gas' }, gas })
    }
    expect(attested(command(body), { gas: 1_100 }).ending).toEqual({ kind: 'ok' })
  })

  test('that the last charge of a run uses up ends it, though no metering point follows', () => {
    const uncheckedCharge = [0x23, added.gas, ...i64(50), 0x7d, ...setGlobal(added.gas)]

    expect(attested(command(uncheckedCharge), { gas: 49 })).toMatchObject({
      ending: { kind: 'out_of_gas' },
      gas: 49,
    })
    expect(attested(command(uncheckedCharge), { gas: 50 })).toMatchObject({
      ending: { kind: 'ok' },
      gas: 50,
    })
  })

  test('ends an endless loop', () => {
    expect(attested(command(forever(1)), { gas: 3_000_000 })).toMatchObject({
      ending: { kind: 'out_of_gas' },
      gas: 3_000_000,
    })
  })

  test('of a host call is charged before the call, and to the unit', () => {
    const price = prices.hostCall + prices.vector + hello.length
    const program = command(writeHello, helloModule)

    expect(attested(program, { gas: price }).stdout).toHaveLength(hello.length)
    expect(attested(program, { gas: price - 1 })).toMatchObject({
      ending: { kind: 'out_of_gas' },
      gas: price - 1,
      stdout: new Uint8Array(0),
    })
  })

  test('is reported on the way, without changing the run', () => {
    const reports: number[] = []
    const report = { everyGas: 20, progress: (gasUsed: number) => reports.push(gasUsed) }
    const request = runRequest({ gas: 1_000, checkpointGas: 30 })
    const watched = run(tenRounds, request, { report })

    expect(reports).toEqual([21, 35, 56, 63])
    expect(watched).toEqual(run(tenRounds, request))
  })

  test('is checkpointed at the same places, however often it is reported', () => {
    const request = runRequest({ gas: 1_000, checkpointGas: 21 })
    const unwatched = run(tenRounds, request)
    for (let everyGas = 1; everyGas < 80; everyGas++) {
      const report = { everyGas, progress: () => undefined }
      expect(run(tenRounds, request, { report })).toEqual(unwatched)
    }
  })
})

describe('a trap', () => {
  test.each<[string, readonly number[]]>([
    ['unreachable', unreachable],
    ['a load out of bounds', [...i32(65_533), ...load32, ...drop]],
    ['a store out of bounds', [...i32(-1), ...i32(1), ...store32]],
    ['a division by zero', [...i32(1), ...i32(0), 0x6d, ...drop]],
    ['an overflow', [...i32(-(2 ** 31)), ...i32(-1), 0x6d, ...drop]],
    ['a conversion of NaN', [0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0xaa, ...drop]],
  ])('by %s is one of an instruction, and keeps the output before it', (_, instructions) => {
    const body = [...meter(9), ...writeHello, ...instructions]
    const result = attested(command(body, helloModule))

    expect(result.ending).toEqual({ kind: 'trap', trap: 'instruction' })
    expect(result.gas).toBe(9 + prices.hostCall + prices.vector + hello.length)
    expect(result.stdout).toHaveLength(hello.length)
    expect(result.detail).not.toBeNull()
  })

  test('of the bound on the stack has its own name', () => {
    const body = [...i32(faults.stack), ...setGlobal(added.fault), ...unreachable]

    expect(attested(command(body)).ending).toEqual({ kind: 'trap', trap: 'stack_overflow' })
  })

  test('of a segment beyond the memory comes before anything runs', () => {
    const program = command(writeHello, {
      ...helloModule,
      data: [{ at: 65_530, bytes: hello.concat(1) }],
    })

    expect(attested(program, { checkpointGas: 1_000 })).toMatchObject({
      ending: { kind: 'trap', trap: 'instruction' },
      gas: 0,
      stdout: new Uint8Array(0),
      checkpoints: [],
      traceRoot: null,
    })
  })
})

describe('a fault of the machine', () => {
  test.each([
    ['memory', faults.memoryGrow],
    ['a table', faults.tableGrow],
  ])('that refused %s is no ending', (_, fault) => {
    const body = [...i32(fault), ...setGlobal(added.fault), ...unreachable]

    expect(run(command(body), runRequest())).toMatchObject({
      kind: 'infrastructure',
      fault: 'host_memory',
    })
  })

  test('whose own stack ends is no ending', () => {
    const recursion = programOf({ functions: [{ name: '_start', body: () => call(1) }] })

    expect(run(recursion, runRequest())).toMatchObject({
      kind: 'infrastructure',
      fault: 'host_stack',
    })
  })

  test('that has no room for the memory is no ending', () => {
    const huge = command([], { memory: { initial: 65_536, max: 65_536 } })
    const held: unknown[] = []
    let result = run(huge, runRequest())
    // Each takes 4 GiB of address space, of which the engine has a bound.
    for (let tries = 0; result.kind === 'attestable' && tries < 20_000; tries++) {
      holdOneMore(held)
      result = run(huge, runRequest())
    }

    expect(result).toMatchObject({ kind: 'infrastructure', fault: 'host_memory' })
  })

  function holdOneMore(held: unknown[]): void {
    try {
      held.push(new wasm.Memory({ initial: 65_536, maximum: 65_536, shared: true }))
    } catch {
      // There is no room already, which is what it is for.
    }
  }

  test.each<[string, string, () => never]>([
    ['internal', 'a trap', () => new wasm.Instance(compileProgram(trapOnCall).module, {}) as never],
    ['internal', 'an error', failWith(new Error('broken'))],
    ['host_stack', 'an overflow', failWith(new RangeError('too deep'))],
  ])('%s, from %s in a host call, does not pass for one of the guest', (fault, _, fail) => {
    const provider: WasiProvider = {
      name: 'broken',
      open: () => ({
        args: [],
        environ: [],
        read: fail,
        write: fail,
        written: () => new Uint8Array(0),
      }),
    }

    expect(run(command(writeHello, helloModule), runRequest(), { provider })).toMatchObject({
      kind: 'infrastructure',
      fault,
    })
  })

  // (module (memory 0) (data (i32.const 1) "a")): traps when it is made.
  const trapOnCall = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x05, 0x03, 0x01, 0x00, 0x00, 0x0b, 0x07, 0x01, 0x00, 0x41, 0x01, 0x0b, 0x01, 0x61],
  ])

  function failWith(error: Error): () => never {
    return () => {
      throw error
    }
  }
})

describe('output', () => {
  test('beyond its bound ends the run with what fitted', () => {
    const result = attested(command(forever(1, writeHello), helloModule), { outputBytesMax: 20 })

    expect(result.ending).toEqual({ kind: 'output_limit' })
    expect(new TextDecoder().decode(result.stdout)).toBe('hello\nhello\nhello\nhe')
  })

  test('in single bytes is bounded by gas as well', () => {
    const data = [{ at: 0, bytes: [16, 0, 0, 0, 1, 0, 0, 0] }]
    const program = command(forever(1, writeHello), { ...helloModule, data })
    const result = attested(program, { outputBytesMax: 1e9, gas: 5_000_000 })

    expect(result.ending).toEqual({ kind: 'out_of_gas' })
    expect(result.stdout).toHaveLength(Math.floor(5_000_000 / (1 + prices.hostCall + 8 + 1)))
  })

  test('is the same with native tools', () => {
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
    const isEqual = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0
    const request = runRequest({ gas: 1e9, checkpointGas: 1_000_000 })
    const program = command(times(20, 0, 16_000_000, writeHello), helloModule)
    const portable = attested(program, request)

    expect(run(program, request, { sha256, isEqual })).toEqual(portable)
    expect(portable.checkpoints.length).toBeGreaterThan(2)
  })
})
