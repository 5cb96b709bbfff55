import { describe, expect, test } from 'vitest'
import { wasmModule } from '../testing/wasm-function.ts'
import { filled } from './commitments.ts'
import { compileExecution, type ExecutionProgram } from './compile-execution.ts'
import { endOf, executionInput, fitExecution, segmentsOf, startOf } from './run-execution.ts'
import { executionSizes, sizeExecution } from './sizes.ts'
import { executionStatement, showsExecution } from './statement.ts'
import { executionOutputs } from './witness.ts'

const [get, set, tee] = [0x20, 0x21, 0x22]
/** Subtracts the smaller from the larger until both are equal. */
const gcd = [
  ...[0x02, 0x40, 0x03, 0x40, get, 0, get, 1, 0x46, 0x0d, 1, get, 0, get, 1, 0x4b, 0x04, 0x40],
  ...[get, 0, get, 1, 0x6b, set, 0, 0x05, get, 1, get, 0, 0x6b, set, 1, 0x0b],
  ...[0x0c, 0, 0x0b, 0x0b, get, 0],
]
const program = compiled(gcd)
const { small } = executionSizes

describe('a run', () => {
  test('that fits says how long it is and what it returns', () => {
    const fit = fitExecution(program, [48, 36], small)
    expect(fit).toEqual({ ok: true, value: { steps: 15, segments: 1, value: 12 } })
    expect(sizeExecution(program, [48, 1])).toMatchObject({ value: { size: 'large', value: 1 } })
  })

  test('that is longer becomes segments, each from where the last has ended', () => {
    const segments = held(segmentsOf(program, [48, 8], small))
    expect(segments.length).toBe(2)
    expect(segments[1]!.start).toEqual(segments[0]!.run.end)
    expect(segments[1]!.run.end.at).toBe(endOf(program))
  })

  test('that does not end, or is given the wrong numbers, is refused', () => {
    expect(fitExecution(program, [48, 0], small)).toMatchObject({ code: 'EXECUTION_UNFIT' })
    expect(fitExecution(program, [48], small)).toMatchObject({ code: 'INVALID' })
    expect(fitExecution(program, [48, 2 ** 32], small)).toMatchObject({ code: 'INVALID' })
    expect(fitExecution(program, [48, 0.5], small)).toMatchObject({ code: 'INVALID' })
  })

  test('that reaches beyond the words of a circuit is refused, and so is one between words', () => {
    const load = compiled([get, 0, 0x28, 2, 0])
    expect(fitExecution(load, [4, 0], small).ok).toBe(true)
    expect(fitExecution(load, [400, 0], small)).toMatchObject({ code: 'EXECUTION_UNFIT' })
    expect(fitExecution(load, [-4, 0], small)).toMatchObject({ code: 'EXECUTION_UNFIT' })
    expect(fitExecution(load, [2, 0], small)).toMatchObject({ code: 'EXECUTION_UNFIT' })
  })

  test('finds the data of its module in memory', () => {
    const body = [get, 0, 0x28, 2, 0]
    const f = { params: 1, results: 1, locals: 0, body }
    const data = [1, 2, 3, 4, 5]
    const read = held(compileExecution(wasmModule({ functions: [f], data }), 'f'))
    expect(fitExecution(read, [0], small)).toMatchObject({ value: { value: 0x04030201 } })
    expect(fitExecution(read, [4], small)).toMatchObject({ value: { value: 5 } })
  })
})

describe('what does not fit', () => {
  test.each([
    ['i32.div_u', [get, 0, get, 1, 0x6e]],
    ['i32.popcnt', [get, 0, 0x69]],
    ['i32.load8_u', [get, 0, 0x2d, 0, 0]],
    ['memory.grow', [get, 0, 0x40, 0]],
    ['i64.const', [0x42, 1, 0x1a, get, 0]],
    ['f32.const', [0x43, 0, 0, 0, 0, 0x1a, get, 0]],
    ['it calls itself', [get, 0, get, 1, 0x10, 0]],
    ['multiple of 4', [get, 0, 0x28, 0, 2]],
  ])('is refused as %s, with its place', (name, body) => {
    const f = { params: 2, results: 1, locals: 0, body }
    const refused = compileExecution(wasmModule({ functions: [f] }), 'f')
    expect(refused).toMatchObject({ ok: false, code: 'EXECUTION_UNFIT' })
    expect(refused.ok ? '' : refused.reason).toMatch(new RegExp(`${name}.* at offset 0x`))
  })

  test('is refused for a name that is not exported, naming those that are', () => {
    const f = { params: 0, results: 1, locals: 0, body: [0x41, 1] }
    const refused = compileExecution(wasmModule({ functions: [f] }), 'g')
    expect(refused).toMatchObject({ reason: expect.stringContaining('"f"') })
    expect(compileExecution(new Uint8Array(9), 'f').ok).toBe(false)
  })

  test('is no trap of the compiler, however the bytes are bent', () => {
    const f = { params: 2, results: 1, locals: 1, body: gcd }
    const bytes = wasmModule({ functions: [f], globals: [1], data: [1] })
    for (let at = 8; at < bytes.length; at++) {
      for (const change of [1, 0x40, 0x80, 0xff]) {
        const bent = bytes.slice()
        bent[at] = bent[at]! ^ change
        expect(typeof compileExecution(bent, 'f').ok).toBe('boolean')
      }
    }
  })
})

describe('a statement', () => {
  const context = 5n
  const args = [48, 8]
  const signals = held(segmentsOf(program, args, small)).map(({ start, run }) => {
    const whole = filled(program.instructions, small.length)
    const outputs = Object.values(executionOutputs(whole, start, run, small))
    return [...outputs, context, BigInt(run.end.words[0]!)]
  })
  const statement = (given: readonly number[], value: number, purpose = context) =>
    held(executionStatement(program, given, { value, context: purpose }, small))

  test('is shown by proofs of all segments in their order', () => {
    expect(showsExecution(statement(args, 8), signals).ok).toBe(true)
  })

  test('is not shown by others', () => {
    const refused = (reason: string) => ({ ok: false, reason: expect.stringContaining(reason) })
    const shown = statement(args, 8)
    expect(showsExecution(statement(args, 7), signals)).toMatchObject(refused('another value'))
    expect(showsExecution(statement([8, 48], 8), signals)).toMatchObject(refused('start'))
    expect(showsExecution(statement(args, 8, 6n), signals)).toMatchObject(refused('purpose'))
    expect(showsExecution(shown, signals.slice(0, 1))).toMatchObject(refused('not ended'))
    expect(showsExecution(shown, signals.slice(1))).toMatchObject(refused('start'))
    expect(showsExecution(shown, signals.toReversed())).toMatchObject(refused('start'))
    expect(showsExecution(shown, [])).toMatchObject(refused('0 proofs'))
    expect(showsExecution(shown, [[1n]])).toMatchObject(refused('signals'))
    const other = { ...program, instructions: program.instructions.with(0, 0n) }
    const claimed = { value: 8, context }
    const strange = held(executionStatement(other, args, claimed, small))
    expect(showsExecution(strange, signals)).toMatchObject(refused('another program'))
  })
})

test('the input of a circuit names every signal of the segment', () => {
  const [segment] = held(segmentsOf(program, [3, 3], small))
  const input = executionInput(program, segment!, -1n, small)
  expect(Object.keys(input)).toContain('lastTime')
  expect(input['program']).toHaveLength(small.length)
  expect(held(startOf(program, [-1, 3], small)).words[2]).toBe(0xffff_ffff)
})

test('a value that is set while it lies on the stack keeps what it was', () => {
  const body = [get, 0, 0x41, 7, tee, 0, 0x6b] // the argument, less 7
  expect(fitExecution(compiled(body), [10, 0], small)).toMatchObject({ value: { value: 3 } })
})

function compiled(body: readonly number[]): ExecutionProgram {
  const f = { params: 2, results: 1, locals: 0, body }
  return held(compileExecution(wasmModule({ functions: [f] }), 'f'))
}

function held<T>(outcome: { ok: true; value: T } | { ok: false; reason: string }): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}
