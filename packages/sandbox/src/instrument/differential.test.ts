// What the rewriter makes of generated modules, sound ones and damaged ones.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberTypes } from '../testing/function-generator.ts'
import { buildVariant, generateModule } from '../testing/generated-module.ts'
import { guestOf, instrumented, outcomeOf, plain, type WasmFunction } from '../testing/guest.ts'
import { propertyRuns } from '../testing/property.ts'
import { type WasmGlobal, type WasmMemory, wasm } from '../webassembly.ts'
import { instrument } from './instrument.ts'

const choices = fc.uint8Array({ minLength: 40, maxLength: 400 })

/** The exported globals but one: what the reference counts, only it counts. */
function globalsOf(global: (name: string) => WasmGlobal): unknown[] {
  return ['fuel', ...numberTypes].map((name) => global(name).value)
}

function bytesOf(memory: WasmMemory): Uint8Array {
  return new Uint8Array(memory.buffer)
}

describe('a generated module', () => {
  test('gives what the engine gives, its NaNs canonical, at the price counted', () => {
    fc.assert(
      fc.property(choices, (bytes) => {
        const functions = generateModule(bytes)
        const guest = guestOf(instrumented(buildVariant(functions, 'as-is')).bytes)
        const reference = plain(buildVariant(functions, 'counted'))
        let ended = true
        for (const [i, { params }] of functions.entries()) {
          const given = params.map((type) => (type === 'i64' ? -3n : 7))
          const expected = outcomeOf(() => (reference[`f${i}`] as WasmFunction)(...given))
          expect(outcomeOf(() => guest.call(`f${i}`, ...given))).toBe(expected)
          ended = !expected.startsWith('traps')
          if (!ended) break
        }
        expect(globalsOf(guest.global)).toEqual(globalsOf((name) => reference[name] as WasmGlobal))
        const memories = [guest.memory, reference['memory'] as WasmMemory].map(bytesOf)
        expect(Buffer.compare(memories[0]!, memories[1]!)).toBe(0)
        if (ended) expect(guest.gasUsed).toBe((reference['count'] as WasmGlobal).value)
      }),
      { numRuns: propertyRuns },
    )
  })

  test('is rewritten to the same bytes each time, and to what the engine takes', () => {
    fc.assert(
      fc.property(choices, fc.boolean(), (bytes, trace) => {
        const module = buildVariant(generateModule(bytes), 'as-is')
        const [one, two] = [instrumented(module, { trace }), instrumented(module, { trace })]
        expect(one.digest).toBe(two.digest)
        guestOf(one.bytes)
      }),
      { numRuns: Math.min(propertyRuns, 1_000) },
    )
  })

  test('with any bytes changed is refused or runs, and never makes the rewriter throw', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(choices, changes, (bytes, changed) => {
        const module = buildVariant(generateModule(bytes), 'as-is')
        for (const [at, byte] of changed) module[8 + (at % (module.length - 8))] = byte
        const outcome = instrument(module, { memoryPagesMax: 16, trace: false })
        if (outcome.ok) expect(wasm.validate(outcome.bytes)).toBe(true)
        else expect(outcome.code).toMatch(/^[A-Z0-9_]+$/)
      }),
      { numRuns: propertyRuns },
    )
  })
})
