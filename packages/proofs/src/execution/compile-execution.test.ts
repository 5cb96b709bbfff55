import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomModule } from '../testing/random-function.ts'
import { native, wasmModule } from '../testing/wasm-function.ts'
import { leb } from '../witness/leb.ts'
import { compileExecution } from './compile-execution.ts'
import { fitExecution } from './run-execution.ts'

const size = { steps: 512, length: 256, words: 256 }
const runs = Number(process.env['VCP_PROPERTY_RUNS'] ?? 200)

const echo = { params: 1, results: 1, locals: 0, body: [0x20, 0] }

test('a function is compiled whatever else there is of its module', () => {
  const functions = new Array(150_000).fill(echo)
  const program = compileExecution(wasmModule({ functions }), 'f')
  expect(program.ok && program.value.params).toBe(1)
})

test('a function that is not there is told from the first of those that are, in few words', () => {
  const module = wasmModule({ functions: [echo] })
  expect(compileExecution(module, 'g')).toMatchObject({
    code: 'EXECUTION_UNFIT',
    reason: 'it exports no function "g", but: "f"',
  })
  const exported = (name: string) => [...leb(name.length), ...Buffer.from(name), 0, 0]
  const names = Array.from({ length: 1_000 }, (_, i) => `${i} ${'n'.repeat(1_000)}`)
  const list = [...leb(names.length), ...names.flatMap(exported)]
  const before = Buffer.from(module).indexOf(Buffer.from([7, 5, 1, 1, 0x66, 0, 0]))
  const section = [7, ...leb(list.length), ...list]
  const many = [...module.subarray(0, before), ...section, ...module.subarray(before + 7)]
  const refused = compileExecution(Uint8Array.from(many), 'g')
  const reason = refused.ok ? '' : refused.reason
  expect(reason.length).toBeLessThan(1_000)
  expect(reason).toMatch(/"0 n+", .* and 992 more$/)
})

test('a compiled function returns what the engine returns', () => {
  const argument = fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 31, -(2 ** 31)))
  const tape = fc.array(fc.nat(), { minLength: 50, maxLength: 800 })
  let compared = 0
  const property = fc.property(tape, argument, argument, (choices, one, two) => {
    let at = 0
    const bytes = wasmModule(
      randomModule((below) => (choices[at++ % choices.length]! + at) % below),
    )
    const program = compileExecution(bytes, 'f')
    if (!program.ok) {
      expect(program.reason).toMatch(/more than 256/)
      return
    }
    const fit = fitExecution(program.value, [one, two], size)
    if (!fit.ok) {
      expect(fit.reason).toMatch(/instructions, and|words, and|has not ended|beyond what fits/)
      return
    }
    compared++
    expect(fit.value.value).toBe(native(bytes, [one, two]))
  })
  fc.assert(property, { numRuns: runs })
  expect(compared).toBeGreaterThan(runs / 4)
})
