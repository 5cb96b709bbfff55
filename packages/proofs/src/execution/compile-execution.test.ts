import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomModule } from '../testing/random-function.ts'
import { native, wasmModule } from '../testing/wasm-function.ts'
import { compileExecution } from './compile-execution.ts'
import { fitExecution } from './run-execution.ts'

const size = { steps: 512, length: 256, words: 256 }
const runs = Number(process.env['VCP_PROPERTY_RUNS'] ?? 200)

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
