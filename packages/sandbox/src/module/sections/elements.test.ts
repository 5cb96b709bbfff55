import { describe, expect, test } from 'vitest'
import { guestOf, instrumented } from '../../testing/guest.ts'
import { ModuleBuilder } from '../../testing/module-builder.ts'
import { wasm } from '../../webassembly.ts'
import { parseModule } from '../parse.ts'
import { catchingRefusal } from '../rejection.ts'

const one = [0x41, 1, 0x0b]
const functionFive = [0xd2, 0, 0x0b]
const functionSix = [0xd2, 1, 0x0b]
const nothing = [0xd0, 0x70, 0x0b]

/** Two functions that return 5 and 6, two tables, and one element segment in these bytes. */
function moduleWith(segment: readonly number[]): Uint8Array {
  const module = new ModuleBuilder()
  module.table({ min: 4 })
  module.table({ min: 4 })
  for (const value of [5, 6]) module.function({ results: ['i32'], body: `i32.const ${value}` })
  for (const table of [0, 1]) {
    const body = `local.get 0 call_indirect 0 ${table}`
    module.function({ export: `call${table}`, params: ['i32'], results: ['i32'], body })
  }
  module.rawSection(10, 9, [1, ...segment])
  return module.bytes()
}

const active = { mode: 'active', table: 0, items: [0, 1] }
const second = { ...active, table: 1 }
const passive = { mode: 'passive', table: 0, at: null, items: [0, 1] }
const declared = { ...passive, mode: 'declarative' }

describe('an element segment', () => {
  // The eight encodings of "element segments" in the specification of the binary format.
  test.each([
    [0, [0, ...one, 2, 0, 1], active],
    [1, [1, 0, 2, 0, 1], passive],
    [2, [2, 1, ...one, 0, 2, 0, 1], second],
    [3, [3, 0, 2, 0, 1], declared],
    [4, [4, ...one, 2, ...functionFive, ...functionSix], active],
    [5, [5, 0x70, 2, ...functionFive, ...functionSix], passive],
    [6, [6, 1, ...one, 0x70, 2, ...functionFive, ...nothing], { ...second, items: [0, -1] }],
    [7, [7, 0x70, 2, ...functionFive, ...functionSix], declared],
  ])('of kind %i is read', (_, segment, shape) => {
    const bytes = moduleWith(segment)
    expect(wasm.validate(bytes)).toBe(true)
    expect(parseModule(bytes).elements).toMatchObject([shape])
  })

  test.each([
    [[0, ...one, 2, 0, 1], 'call0'],
    [[2, 0, ...one, 0, 2, 0, 1], 'call0'],
    [[2, 1, ...one, 0, 2, 0, 1], 'call1'],
    [[4, ...one, 2, ...functionFive, ...functionSix], 'call0'],
    [[6, 1, ...one, 0x70, 2, ...functionFive, ...functionSix], 'call1'],
  ])('is written so that it fills the same table: %j', (segment, name) => {
    const guest = guestOf(instrumented(moduleWith(segment)).bytes)
    expect([guest.call(name, 1), guest.call(name, 2)]).toEqual([5, 6])
    expect(() => guest.call(name, 0)).toThrow(wasm.RuntimeError)
  })

  test.each([
    [[8, ...one, 0], 'MALFORMED_TYPE'],
    [[1, 1, 0], 'MALFORMED_TYPE'],
    [[5, 0x7f, 0], 'MALFORMED_TYPE'],
    [[2, 2, ...one, 0, 0], 'INVALID_INDEX'],
    [[0, ...one, 1, 9], 'INVALID_INDEX'],
    [[0, ...nothing, 0], 'INVALID_MODULE'],
    [[4, ...one, 1, 0x41, 0, 0x0b], 'INVALID_MODULE'],
    [[5, 0x6f, 0], 'FEATURE_EXTERNREF'],
    [[0, 0x23, 0, 0x0b, 0], 'FEATURE_EXTENDED_CONST'],
  ])('is refused in the bytes %j: %s', (segment, code) => {
    expect(catchingRefusal(() => parseModule(moduleWith(segment)))).toMatchObject({ code })
  })
})
