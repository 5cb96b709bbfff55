import type { WasmValue } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { abi } from '../abi.ts'
import {
  add32,
  added,
  buildInstrumented,
  global,
  i32,
  local,
  setGlobal,
  type TypeName,
} from '../testing/instrumented-module.ts'
import { runRequest } from '../testing/run-request.ts'
import { compileProgram } from './program.ts'
import type { RunResult } from './request.ts'
import { run } from './run.ts'
import { encodeResults } from './values.ts'

/** Gives its arguments back. */
function identity(...types: TypeName[]) {
  const body = () => types.flatMap((_, i) => local(i))
  const functions = [{ name: 'f', params: types, results: types, body }]
  return compileProgram(buildInstrumented({ memory: null, functions }))
}

function calling(program: ReturnType<typeof identity>, ...given: WasmValue[]): RunResult {
  const call = { kind: 'function', function: 'f', arguments: given } as const
  return run(program, runRequest({ call }))
}

describe('a called function', () => {
  test('takes and returns each type of number', () => {
    const given: WasmValue[] = [
      { type: 'i32', value: -7 },
      { type: 'i64', value: '-9223372036854775808' },
      { type: 'f32', value: 0.5 },
      { type: 'f64', value: 0.1 },
    ]

    expect(calling(identity('i32', 'i64', 'f32', 'f64'), ...given)).toMatchObject({
      ending: { kind: 'ok' },
      results: given,
      memoryPages: 0,
    })
  })

  test.each<[WasmValue, number | string]>([
    [{ type: 'i32', value: 2 ** 32 - 1 }, -1],
    [{ type: 'i64', value: '18446744073709551615' }, '-1'],
    [{ type: 'f32', value: 0.1 }, Math.fround(0.1)],
    [{ type: 'f32', value: 1e300 }, 'Infinity'],
    [{ type: 'f64', value: -0 }, '-0'],
    [{ type: 'f64', value: Number.MIN_VALUE }, Number.MIN_VALUE],
  ])('returns %j as %j', (given, value) => {
    expect(calling(identity(given.type), given)).toMatchObject({
      results: [{ type: given.type, value }],
    })
  })

  test.each(['18446744073709551616', '-9223372036854775809'])('is not given %s', (value) => {
    expect(calling(identity('i64'), { type: 'i64', value })).toMatchObject({
      ending: { kind: 'rejected', code: 'CALL_ARGUMENT_RANGE' },
    })
  })

  test('returns every NaN as the same one', () => {
    const nan = (low: number) => [0x44, low, 0, 0, 0, 0, 0, 0xf8, 0xff]
    const results: unknown[] = []
    for (const low of [0, 1]) {
      const functions = [{ name: 'f', results: ['f64'], body: () => nan(low) }] as const
      const result = calling(compileProgram(buildInstrumented({ functions })))
      results.push(result.kind === 'attestable' && encodeResults(result.results!))
    }

    expect(results[0]).toEqual(new TextEncoder().encode('[{"type":"f64","value":"NaN"}]'))
    expect(results[1]).toEqual(results[0])
  })

  test('may return nothing', () => {
    const functions = [{ name: 'f', body: () => [] }]
    const result = calling(compileProgram(buildInstrumented({ functions })))

    expect(result).toMatchObject({ ending: { kind: 'ok' }, results: [] })
  })

  test('is never one of those that the instrumenter added', () => {
    const functions = [{ name: abi.start, body: () => [] }]
    const call = { kind: 'function', function: abi.start, arguments: [] } as const
    const program = compileProgram(buildInstrumented({ functions }))

    expect(run(program, runRequest({ call }))).toMatchObject({
      ending: { kind: 'rejected', code: 'CALL_EXPORT_MISSING' },
    })
  })

  test('runs after the start function of its module and then its initialisation', () => {
    const program = compileProgram(
      buildInstrumented({
        globals: [{ type: 'i32', init: i32(1) }],
        functions: [
          { name: abi.start, body: () => [...i32(2), ...setGlobal(added.original)] },
          {
            name: '_initialize',
            body: () => [
              ...[...global(added.original), ...i32(20), ...add32],
              ...setGlobal(added.original),
            ],
          },
          { name: 'f', results: ['i32'], body: () => global(added.original) },
        ],
      }),
    )

    expect(calling(program)).toMatchObject({ results: [{ type: 'i32', value: 22 }] })
  })
})
