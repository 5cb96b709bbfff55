import { describe, expect, test } from 'vitest'
import { add32, buildInstrumented, local, type TestModule } from '../testing/instrumented-module.ts'
import { commandCall, runRequest } from '../testing/run-request.ts'
import { compileProgram } from './program.ts'
import type { RunRequest } from './request.ts'
import { run } from './run.ts'

function programOf(spec: TestModule) {
  return compileProgram(buildInstrumented(spec))
}

const empty = programOf({ functions: [{ name: '_start', body: () => [] }] })

describe('a request', () => {
  const add = programOf({
    functions: [
      {
        name: 'add',
        params: ['i32', 'i32'],
        results: ['i32'],
        body: () => [...local(0), ...local(1), ...add32],
      },
      { name: '_start', params: ['i32'], body: () => [] },
    ],
  })
  const one = { type: 'i32', value: 1 } as const

  test.each<[string, RunRequest['call']]>([
    ['CALL_EXPORT_TYPE', commandCall],
    ['CALL_EXPORT_MISSING', { kind: 'function', function: 'sub', arguments: [] }],
    ['CALL_EXPORT_MISSING', { kind: 'function', function: 'vcp:memory', arguments: [] }],
    ['CALL_EXPORT_MISSING', { kind: 'function', function: 'toString', arguments: [] }],
    ['CALL_ARGUMENT_COUNT', { kind: 'function', function: 'add', arguments: [one] }],
    [
      'CALL_ARGUMENT_TYPE',
      { kind: 'function', function: 'add', arguments: [one, { type: 'f64', value: 1 }] },
    ],
  ])('that no machine can run is rejected with %s', (code, given) => {
    expect(run(add, runRequest({ call: given, checkpointGas: 1_000 }))).toMatchObject({
      ending: { kind: 'rejected', code },
      gas: 0,
      checkpoints: [],
    })
  })

  test.each<[string, Partial<typeof commandCall>]>([
    ['CALL_TEXT_NUL', { args: ['a\0b'] }],
    ['CALL_TEXT_NUL', { env: { A: '\0' } }],
    ['CALL_TEXT_NUL', { env: { 'A\0': '' } }],
    ['CALL_VARIABLE_NAME', { env: { 'A=B': 'c' } }],
    ['CALL_VARIABLE_NAME', { env: { '': 'c' } }],
  ])('with text that no command can be given is rejected with %s', (code, change) => {
    const result = run(empty, runRequest({ call: { ...commandCall, ...change } }))

    expect(result).toMatchObject({ ending: { kind: 'rejected', code } })
  })

  test('for a command of a module without one is rejected', () => {
    const program = programOf({ functions: [{ name: 'f', body: () => [] }] })

    expect(run(program, runRequest())).toMatchObject({
      ending: { kind: 'rejected', code: 'CALL_EXPORT_MISSING' },
    })
  })

  test('for more checkpoints than a trace holds is rejected before anything runs', () => {
    const within = (gas: number) => run(empty, runRequest({ gas, checkpointGas: 1_000 }))

    expect(within(9_999_000)).toMatchObject({ ending: { kind: 'ok' } })
    expect(within(9_999_001)).toMatchObject({
      ending: { kind: 'rejected', code: 'CALL_CHECKPOINT_COUNT' },
    })
  })
})
