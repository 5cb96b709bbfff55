import { describe, expect, test } from 'vitest'
import { instrument } from '../instrument/instrument.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'
import { wasiModule } from '../wasi/signatures.ts'
import { wasm } from '../webassembly.ts'
import { parseModule } from './parse.ts'
import { catchingRefusal } from './rejection.ts'
import type { ByteRange } from './shape.ts'
import { valueTypes } from './value-type.ts'

const { i32, i64, f64, funcref } = valueTypes

/** A module with everything in it. */
function wholeModule(): Uint8Array {
  const module = new ModuleBuilder()
  module.import(wasiModule, 'proc_exit', ['i32'], [])
  module.table({ min: 2, max: 9, export: 'table' })
  module.memory({ min: 1, export: 'memory' })
  module.global({ type: 'i64', mutable: true, init: 'i64.const -5', export: 'count' })
  module.global({ type: 'funcref', init: 'ref.func 1' })
  module.function({ params: ['i32'], results: ['i64', 'f64'], locals: ['f64'], body: two })
  module.function({ export: '_start', body: 'nop' })
  module.element({ items: [1, 2] })
  module.element({ mode: 'passive', items: [null, 2] })
  module.data([1, 2, 3], 8)
  module.data([4], null)
  module.start(2)
  module.rawSection(1, 0, [4, 0x6e, 0x61, 0x6d, 0x65, 0xff])
  module.rawSection(99, 0, [0])
  return module.bytes()
}
const two = 'i64.const 1 f64.const 2'

function slice({ bytes }: { readonly bytes: Uint8Array }, { start, end }: ByteRange): number[] {
  return [...bytes.subarray(start, end)]
}

describe('a module', () => {
  test('is read section by section', () => {
    const shape = parseModule(wholeModule())

    expect(shape).toMatchObject({
      types: [
        { params: [i32], results: [] },
        { params: [i32], results: [i64, f64] },
        { params: [], results: [] },
      ],
      imports: [{ module: wasiModule, name: 'proc_exit', typeIndex: 0 }],
      functions: [1, 2],
      tables: [{ min: 2, max: 9 }],
      memory: { min: 1, max: null },
      globals: [
        { type: i64, mutable: true, init: { kind: 'number' } },
        { type: funcref, mutable: false, init: { kind: 'function', index: 1 } },
      ],
      exports: [
        { name: 'table', kind: 'table', index: 0 },
        { name: 'memory', kind: 'memory', index: 0 },
        { name: 'count', kind: 'global', index: 0 },
        { name: '_start', kind: 'function', index: 2 },
      ],
      start: 2,
      elements: [
        { mode: 'active', table: 0, items: [1, 2] },
        { mode: 'passive', table: 0, at: null, items: [-1, 2] },
      ],
      dataCount: 2,
      data: { count: 2, bytes: 4 },
      customSections: ['name', ''],
    })
  })

  test('has its bodies, constants and names where the bytes say', () => {
    const shape = parseModule(wholeModule())

    // One local of type f64; the two constants; end.
    const body = [1, 1, f64, 0x42, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x0b]
    expect(shape.bodies.map((range) => slice(shape, range))).toEqual([body, [0, 0x01, 0x0b]])
    const { init } = shape.globals[0]!
    expect(init.kind === 'number' && slice(shape, init.range)).toEqual([0x42, 0x7b])
    expect(slice(shape, shape.exports[2]!.nameRange)).toEqual([
      5,
      ...new TextEncoder().encode('count'),
    ])
    expect(slice(shape, shape.elements[0]!.at!)).toEqual([0x41, 0])
    expect(slice(shape, shape.data!.range)).toEqual([2, 0, 0x41, 8, 0x0b, 3, 1, 2, 3, 1, 1, 4])
  })

  test('of nothing but its header has nothing', () => {
    const shape = parseModule(new ModuleBuilder().bytes())
    expect(shape).toMatchObject({ types: [], functions: [], memory: null, start: null, data: null })
  })

  test('cut off anywhere is refused, unless it ends as another module', () => {
    const whole = wholeModule()
    const accepted: number[] = []
    for (let length = 0; length < whole.length; length++) {
      const part = whole.slice(0, length)
      const made = instrument(part, { memoryPagesMax: 16, trace: false })
      if (!made.ok) continue
      accepted.push(length)
      expect(wasm.validate(part), `the first ${length} bytes`).toBe(true)
    }
    // Behind the header, the custom section, the types, the imports; then functions lack bodies,
    // and data that was announced, until only the last custom section is missing.
    expect(accepted).toEqual([8, 16, 32, 70, whole.length - 3])
  })

  test('may have custom sections between any two others', () => {
    const build = (before: number | null) => {
      const module = new ModuleBuilder()
      module.memory({ min: 1 })
      module.function({ export: 'f', body: '' })
      module.data([1])
      if (before !== null) module.rawSection(before, 0, [1, 0x78, 9, 9, 9])
      return module.bytes()
    }
    const plain = parseModule(build(null))
    for (const before of [1, 3, 5, 7, 10, 11, 99]) {
      const shape = parseModule(build(before))
      expect(shape.customSections).toEqual(['x'])
      expect(shape.bodies).toHaveLength(plain.bodies.length)
    }
  })

  test('is refused at the byte where it goes wrong', () => {
    const bytes = wholeModule()
    const { exports } = parseModule(bytes)
    const kindAt = exports[3]!.nameRange.end
    bytes[kindAt] = 9
    expect(catchingRefusal(() => parseModule(bytes))).toEqual({
      ok: false,
      code: 'MALFORMED_TYPE',
      detail: 'export of kind 9',
      offset: exports[3]!.nameRange.start,
    })
  })
})
