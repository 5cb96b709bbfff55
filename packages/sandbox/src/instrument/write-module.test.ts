// What stands in an instrumented module beside its code: what the host finds there, and what it
// does not.
import { sha256 } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { abi } from '../abi.ts'
import { parseModule } from '../module/parse.ts'
import { exportedFunctions } from '../run/exported-functions.ts'
import { guestOf, instrumented, outcomeOf } from '../testing/guest.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'
import { wasiModule } from '../wasi/signatures.ts'
import { wasm } from '../webassembly.ts'

function built(build: (module: ModuleBuilder) => void): Uint8Array {
  const module = new ModuleBuilder()
  build(module)
  return module.bytes()
}

const exportsOf = (bytes: Uint8Array) =>
  Object.keys(
    new wasm.Instance(new wasm.Module(bytes), { [abi.importModule]: { [abi.tick]: () => {} } })
      .exports,
  )

describe('the exports of an instrumented module', () => {
  const plain = built((module) => module.function({ export: 'f', body: '' }))

  test('are its own, and the counters', () => {
    expect(exportsOf(instrumented(plain).bytes)).toEqual(['f', abi.gas, abi.stack, abi.fault])
    const traced = instrumented(plain, { trace: true })
    expect(exportsOf(traced.bytes)).toEqual(['f', abi.gas, abi.stack, abi.fault, abi.trace])
  })

  test('include each mutable global, numbered by themselves', () => {
    const guest = guestOf(
      instrumented(
        built((module) => {
          module.global({ type: 'i32', init: 'i32.const 1' })
          module.global({ type: 'i32', mutable: true, init: 'i32.const 2' })
          module.global({ type: 'f64', init: 'f64.const 3', export: 'shown' })
          module.global({ type: 'i64', mutable: true, init: 'i64.const 4', export: 'mine' })
          module.function({ export: 'f', body: 'i32.const 20 global.set 1' })
        }),
      ).bytes,
    )
    guest.call('f')
    expect([0, 1].map((at) => guest.global(`${abi.globalPrefix}${at}`).value)).toEqual([20, 4n])
    expect(guest.global(`${abi.globalPrefix}2`)).toBeUndefined()
    expect([guest.global('shown').value, guest.global('mine').value]).toEqual([3, 4n])
  })

  test('name the functions that they named, beside imports and added ones', () => {
    const module = built((builder) => {
      builder.import(wasiModule, 'sched_yield', [], ['i32'])
      builder.import(wasiModule, 'proc_exit', ['i32'], [])
      builder.memory({ min: 1, max: 9 })
      builder.function({ export: 'none', body: 'i32.const 1 memory.grow drop' })
      builder.function({ export: 'one', params: ['i64'], results: ['f32'], body: 'f32.const 1' })
      builder.export('again', 0, 3)
      builder.export('yield', 0, 0)
    })
    const functions = exportedFunctions(instrumented(module).bytes)
    const one = { params: ['i64'], results: ['f32'] }
    expect(Object.fromEntries(functions)).toEqual({
      none: { params: [], results: [] },
      one,
      again: one,
      yield: { params: [], results: ['i32'] },
    })
  })
})

describe('a start function', () => {
  const module = built((builder) => {
    builder.global({ type: 'i32', mutable: true, init: 'i32.const 0' })
    builder.start(builder.function({ body: 'i32.const 9 global.set 0' }))
  })

  test('does not run by itself, and can be called', () => {
    const guest = guestOf(instrumented(module).bytes)
    expect(guest.global(`${abi.globalPrefix}0`).value).toBe(0)
    guest.call(abi.start)
    expect(guest.global(`${abi.globalPrefix}0`).value).toBe(9)
    expect(guest.gasUsed).toBe(2n)
  })

  test('is not there where there was none', () => {
    const none = built((builder) => builder.function({ body: '' }))
    expect(exportsOf(instrumented(none).bytes)).not.toContain(abi.start)
  })
})

describe('memory', () => {
  /** Grows by so many pages, and says what that gave. */
  function growing(min: number, max?: number): Uint8Array {
    return built((module) => {
      module.memory({ min, ...(max === undefined ? {} : { max }) })
      module.function({
        export: 'f',
        params: ['i32'],
        results: ['i32'],
        body: 'local.get 0 memory.grow',
      })
    })
  }

  test.each([
    ['its own maximum', growing(1, 3), 16, 3],
    ["the node's ceiling", growing(1, 60_000), 5, 5],
    ["the node's ceiling where it names none", growing(1), 4, 4],
    ['its beginning, where that is the ceiling', growing(2), 2, 2],
  ])('grows to %s', (_, module, memoryPagesMax, most) => {
    const guest = guestOf(instrumented(module, { memoryPagesMax }).bytes)
    const before = guest.memory.buffer.byteLength / 65_536
    expect(guest.call('f', most - before + 1)).toBe(-1)
    expect(guest.call('f', most - before)).toBe(before)
    expect([guest.call('f', 1), guest.call('f', 0), guest.call('f', -1)]).toEqual([-1, most, -1])
    expect(guest.memory.buffer.byteLength).toBe(most * 65_536)
    expect(guest.fault).toBe(0)
  })

  test('is exported for the host, under its own name as well', () => {
    const module = built((builder) => builder.memory({ min: 1, export: 'memory' }))
    expect(exportsOf(instrumented(module).bytes)).toContain('memory')
    expect(guestOf(instrumented(module).bytes).memory.buffer.byteLength).toBe(65_536)
  })

  test('holds its data, active and passive', () => {
    const module = built((builder) => {
      builder.memory({ min: 1 })
      builder.data([1, 2, 3], 100)
      builder.data([7, 8, 9], null)
      builder.function({
        export: 'f',
        body: 'i32.const 200 i32.const 1 i32.const 2 memory.init 1',
      })
    })
    const guest = guestOf(instrumented(module).bytes)
    guest.call('f')
    const bytes = new Uint8Array(guest.memory.buffer)
    expect([bytes.slice(100, 103), bytes.slice(200, 203)]).toEqual([
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(8, 9, 0),
    ])
  })
})

describe('a table', () => {
  const growing = (max?: number) =>
    built((module) => {
      module.table({ min: 1, ...(max === undefined ? {} : { max }), export: 'table' })
      module.function({
        export: 'f',
        params: ['i32'],
        results: ['i32'],
        body: 'ref.null local.get 0 table.grow 0',
      })
    })

  test.each([
    ['its own maximum', growing(5), 5],
    ['the ceiling that all have', growing(), 100_000],
    ['that ceiling where it names more', growing(4_000_000), 100_000],
  ])('grows to %s', (_, module, most) => {
    const guest = guestOf(instrumented(module).bytes)
    expect(guest.call('f', most)).toBe(-1)
    expect(guest.call('f', most - 1)).toBe(1)
    expect([guest.call('f', 1), guest.call('f', 0)]).toEqual([-1, most])
    expect(guest.fault).toBe(0)
  })

  test('and references name the functions that they named', () => {
    const module = built((builder) => {
      builder.table({ min: 3 })
      for (const value of [5, 6]) builder.function({ results: ['i32'], body: `i32.const ${value}` })
      builder.element({ items: [1, null, 0] })
      builder.global({ type: 'funcref', init: 'ref.func 1' })
      const call = 'call_indirect 0 0'
      const sum = `i32.const 0 ${call} i32.const 10 i32.mul i32.const 2 ${call} i32.add`
      builder.function({ export: 'f', results: ['i32'], body: sum })
      const viaGlobal = `i32.const 1 global.get 0 table.set 0 i32.const 1 ${call}`
      builder.function({ export: 'g', results: ['i32'], body: viaGlobal })
      builder.function({
        export: 'h',
        results: ['i32'],
        body: `i32.const 1 ref.func 0 table.set 0 i32.const 1 ${call}`,
      })
    })
    const guest = guestOf(instrumented(module).bytes)
    expect(['f', 'g', 'h'].map((name) => guest.call(name))).toEqual([65, 6, 5])
  })
})

describe('an instrumented module', () => {
  const module = built((builder) => {
    builder.function({ export: 'f', body: 'nop' })
    builder.rawSection(1, 0, [4, 0x6e, 0x61, 0x6d, 0x65, 1, 2, 3])
    builder.rawSection(99, 0, [1, 0x78])
  })

  test('has no custom sections', () => {
    const made = instrumented(module)
    expect(made.module.customSections).toEqual(['name', 'x'])
    const without = built((builder) => builder.function({ export: 'f', body: 'nop' }))
    expect(made.bytes).toEqual(instrumented(without).bytes)
  })

  test('is named by the digest of its bytes', () => {
    const made = instrumented(module)
    expect(made.digest).toBe(sha256(made.bytes))
    expect(made.digest).not.toBe(instrumented(module, { trace: true }).digest)
  })

  test('cannot be instrumented again, for its names are ours', () => {
    const { bytes } = instrumented(module)
    expect(() => parseModule(bytes)).toThrow(/"vcp.tick" is not provided/)
  })

  test('traps where the original does, its gas and state still to be seen', () => {
    const trapping = built((builder) => {
      builder.global({ type: 'i32', mutable: true, init: 'i32.const 0' })
      builder.function({ export: 'f', body: 'i32.const 5 global.set 0 unreachable' })
    })
    const guest = guestOf(instrumented(trapping).bytes)
    expect(outcomeOf(() => guest.call('f'))).toBe('traps: unreachable')
    expect([guest.global(`${abi.globalPrefix}0`).value, guest.gasUsed]).toEqual([5, 3n])
    expect(guest.fault).toBe(0)
  })
})
