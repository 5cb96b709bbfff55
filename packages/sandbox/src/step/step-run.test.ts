// The step engine against V8: everything that a receipt holds, on the same instrumented bytes.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kinds, opcodeKinds, opcodeNames, signatures } from '../module/opcodes.ts'
import type { RunRequest } from '../run/request.ts'
import { onSteps, onV8, rewritten } from '../testing/both-engines.ts'
import { buildVariant, generateModule } from '../testing/generated-module.ts'
import { instrumented } from '../testing/guest.ts'
import type { ModuleBuilder } from '../testing/module-builder.ts'
import { propertyRuns } from '../testing/property.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { busy, tabular, trapping, wide } from '../testing/step-guests.ts'
import { stepProgram } from './step-program.ts'
import { stepRun } from './step-run.ts'

const traced = { checkpointGas: 1_000, trace: true }

function calling(name: string, change: Partial<RunRequest> = {}): RunRequest {
  const call = { kind: 'function', function: name, arguments: [] } as const
  return runRequest({ ...traced, call, ...change })
}

function agree(bytes: Uint8Array, request: RunRequest) {
  const expected = onV8(bytes, request)
  expect(onSteps(bytes, request)).toEqual(expected)
  return expected
}

describe('the step engine', () => {
  test('agrees with V8 on generated modules, at each checkpoint', () => {
    const choices = fc.uint8Array({ minLength: 40, maxLength: 400 })
    fc.assert(
      fc.property(choices, fc.integer({ min: 1, max: 3_000 }), (given, checkpointGas) => {
        const functions = generateModule(given)
        const { bytes } = instrumented(buildVariant(functions, 'as-is'), { trace: true })
        for (const [i, { params }] of functions.entries()) {
          const values = params.map((type) =>
            type === 'i64' ? ({ type, value: '-3' } as const) : { type, value: 7 },
          )
          const call = { kind: 'function', function: `f${i}`, arguments: values } as const
          agree(bytes, runRequest({ call, checkpointGas, trace: true, gas: 100_000 }))
        }
      }),
      { numRuns: propertyRuns },
    )
  })

  test('agrees with V8 wherever the gas or the room for output ends', () => {
    const bytes = rewritten((module) => busy(module, 60))
    const call = { ...commandCall, stdin: new Uint8Array(300).fill(0x61) }
    const whole = agree(bytes, runRequest({ ...traced, call }))
    expect(whole.ending).toEqual({ kind: 'ok' })
    fc.assert(
      fc.property(fc.nat(whole.gas + 5), fc.nat(1_500), (gas, outputBytesMax) => {
        agree(bytes, runRequest({ ...traced, call, gas, outputBytesMax }))
      }),
      { numRuns: Math.min(propertyRuns, 100) },
    )
  })

  test('agrees with V8 on tables, references and segments', () => {
    const bytes = rewritten(tabular)

    expect(agree(bytes, calling('tables')).ending).toEqual({ kind: 'ok' })
    expect(agree(bytes, calling('segments')).ending).toEqual({ kind: 'ok' })
  })

  test('agrees with V8 on wide frames and long branches', () => {
    expect(agree(rewritten(wide), calling('wide')).ending).toEqual({ kind: 'ok' })
  })

  test.each([...Object.keys(trapping), 'mismatch'])('traps as V8 does: %s', (name) => {
    const { ending } = agree(rewritten(tabular), calling(name))

    expect(ending).toEqual({ kind: 'trap', trap: 'instruction' })
  })

  test('tells people which trap it was', () => {
    const result = stepRun(stepProgram(rewritten(tabular)), calling('mismatch'))

    expect(result).toMatchObject({ detail: 'call of a function of another type' })
  })

  test('ends the stack of a recursion where V8 does', () => {
    const bytes = rewritten((module) => {
      module.function({
        export: 'f',
        params: [],
        results: ['i32'],
        body: 'call 0 i32.const 1 i32.add',
      })
    })
    const { ending } = agree(bytes, calling('f', { stackUnits: 2_000 }))

    expect(ending).toEqual({ kind: 'trap', trap: 'stack_overflow' })
  })

  test('begins with start and initialiser, and takes arguments of each type', () => {
    const bytes = rewritten((module) => {
      module.global({ type: 'i64', mutable: true, init: 'i64.const -1' })
      const start = module.function({ body: 'global.get 0 i64.const 2 i64.mul global.set 0' })
      module.start(start)
      module.function({
        export: '_initialize',
        body: 'global.get 0 i64.const 3 i64.sub global.set 0',
      })
      module.function({
        export: 'f',
        params: ['i32', 'i64', 'f32', 'f64'],
        results: ['f64', 'f32', 'i64', 'i32'],
        body: 'local.get 3 local.get 2 local.get 1 global.get 0 i64.add local.get 0',
      })
    })
    const values = [
      { type: 'i32', value: 4_000_000_000 },
      { type: 'i64', value: '-9223372036854775808' },
      { type: 'f32', value: 0.1 },
      { type: 'f64', value: -0.1 },
    ] as const
    const call = { kind: 'function', function: 'f', arguments: values } as const
    const { results } = agree(bytes, runRequest({ ...traced, call }))

    expect(results).toHaveLength(4)
  })

  test('refuses what V8 refuses, before a step is made', () => {
    const beyond = (build: (module: ModuleBuilder) => void) => rewritten(build)
    const data = beyond((module) => {
      module.memory({ min: 1, max: 1 })
      module.data([1, 2], 65_535)
      module.function({ export: '_start', body: 'nop' })
    })
    const elements = beyond((module) => {
      module.table({ min: 1 })
      module.element({ items: [0, 0] })
      module.function({ export: '_start', body: 'nop' })
    })

    for (const bytes of [data, elements]) {
      const { ending, checkpoints } = agree(bytes, runRequest(traced))
      expect(ending).toEqual({ kind: 'trap', trap: 'instruction' })
      expect(checkpoints).toEqual([])
    }
    expect(agree(data, calling('missing')).ending.kind).toBe('rejected')
  })
})

const edges: Readonly<Record<string, readonly string[]>> = {
  i: ['0', '1', '-1', '2147483647', '-2147483648', '31', '32', '12345678'],
  I: ['0', '1', '-1', '9223372036854775807', '-9223372036854775808', '63', '64', '123456789012345'],
  f: [
    '00000000',
    '80000000',
    '3f800000',
    'bfc00000',
    '7f800000',
    '7fc00000',
    'ffa00001',
    '4f000000',
  ],
  F: [
    ...['0000000000000000', '8000000000000000', '3ff0000000000000', 'bff8000000000000'],
    ...['7ff0000000000000', '7ff8000000000000', 'fff4000000000001', '41e0000000000000'],
    ...['c3e0000000000000', 'c1e0000000200000', '43f0000000000000', 'bfefffffffffffff'],
  ],
}
const constants: Readonly<Record<string, string>> = { i: 'i32', I: 'i64', f: 'f32', F: 'f64' }

function constant(letter: string, edge: string): string {
  const bits = letter === 'f' || letter === 'F' ? 'bits:' : ''
  return `${constants[letter]}.const ${bits}${edge}`
}

function operandLists(letters: string): string[] {
  return [...letters].reduce<string[]>(
    (lists, letter) =>
      lists.flatMap((list) => edges[letter]!.map((edge) => `${list} ${constant(letter, edge)}`)),
    [''],
  )
}

const numeric = opcodeNames.flatMap((name, opcode) =>
  opcodeKinds[opcode] === kinds.plain && /^[if](32|64)\./.test(name) ? [{ name, opcode }] : [],
)

describe('a numeric instruction', () => {
  test.each(numeric)(
    'gives what V8 gives, on the edges of its operands: $name',
    ({ name, opcode }) => {
      const [operands, result] = signatures[opcode]!.split('>') as [string, string]
      const type = constants[result]!
      const lists = operandLists(operands)
      const mayTrap = /trunc_f|div_|rem_/.test(name)
      const storing = lists.map((list, i) => `i32.const ${i * 8} ${list} ${name} ${type}.store`)
      const bytes = rewritten((module) => {
        module.memory({ min: 1, max: 1 })
        if (!mayTrap) module.function({ export: 'all', body: storing.join(' ') })
        else for (const [i, body] of storing.entries()) module.function({ export: `f${i}`, body })
      })
      const names = mayTrap ? storing.map((_, i) => `f${i}`) : ['all']
      for (const each of names) agree(bytes, calling(each))
    },
  )
})
