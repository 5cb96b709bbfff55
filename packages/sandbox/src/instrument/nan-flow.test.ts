// The bits of NaNs: fixed wherever a program can see them, kept wherever it only moves them.
import { describe, expect, test } from 'vitest'
import { guestOf, instrumented } from '../testing/guest.ts'
import { ModuleBuilder } from '../testing/module-builder.ts'

const canonical = 0x7ff8_0000_0000_0000n
const kept = 0xfff4_0000_dead_beefn

/** A NaN of unfixed bits: on x86 the engine gives it the sign that others do not. */
const made = 'f64.const 0 f64.const 0 f64.div'
/** A NaN of bits that were given, and must stay. */
const loaded = 'i32.const 0 f64.load'
const bits = 'i64.reinterpret_f64'

interface Look {
  readonly name: string
  /** Gives an i64; locals: 0 an i32 that is 1, 1 and 2 f64, 3 an i64. */
  readonly body: string
  readonly sees: bigint
}

function bitsOf(body: string): bigint {
  const module = new ModuleBuilder()
  module.memory({ min: 1 })
  module.table({ min: 1 })
  const locals = ['i32', 'f64', 'f64', 'i64'] as const
  module.function({
    export: 'f',
    results: ['i64'],
    locals,
    body: `i32.const 1 local.set 0 ${body}`,
  })
  module.function({ params: ['f64'], results: ['i64'], body: `local.get 0 ${bits}` })
  module.function({ results: ['f64'], body: made })
  module.function({ params: ['f64'], results: ['f64'], body: 'local.get 0' })
  module.function({ results: ['f64', 'i32'], body: `${made} i32.const 4` })
  module.element({ items: [1] })
  module.global({ type: 'f64', mutable: true, init: 'f64.const 0' })
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, kept, true)
  module.data([...new Uint8Array(view.buffer)])
  const guest = guestOf(instrumented(module.bytes()).bytes)
  return BigInt.asUintN(64, guest.call('f') as bigint)
}

const looks: readonly Look[] = [
  { name: 'seen at once', body: `${made} ${bits}`, sees: canonical },
  { name: 'seen in a local', body: `${made} local.set 1 local.get 1 ${bits}`, sees: canonical },
  { name: 'seen after a tee', body: `${made} local.tee 1 ${bits}`, sees: canonical },
  { name: 'seen twice', body: `${made} local.tee 1 drop local.get 1 ${bits}`, sees: canonical },
  {
    name: 'stored and loaded',
    body: `i32.const 8 ${made} f64.store i32.const 8 i64.load`,
    sees: canonical,
  },
  {
    name: 'stored from a local, and seen there too',
    body: `${made} local.set 1 i32.const 8 local.get 1 f64.store
      i32.const 8 i64.load local.get 1 ${bits} i64.and`,
    sees: canonical,
  },
  {
    name: 'stored over what was there',
    body: `i32.const 0 ${made} f64.store @0 i32.const 0 i64.load`,
    sees: canonical,
  },
  { name: 'given to a function', body: `${made} call 1`, sees: canonical },
  { name: 'given through a table', body: `${made} i32.const 0 call_indirect 1 0`, sees: canonical },
  { name: 'returned', body: `call 2 ${bits}`, sees: canonical },
  { name: 'returned among others', body: `call 4 drop ${bits}`, sees: canonical },
  { name: 'given and returned', body: `${made} call 3 ${bits}`, sees: canonical },
  { name: 'in a global', body: `${made} global.set 0 global.get 0 ${bits}`, sees: canonical },
  { name: 'left by a block', body: `block:f64 ${made} end ${bits}`, sees: canonical },
  {
    name: 'left by a branch',
    body: `block:f64 ${made} local.get 0 br_if 0 drop f64.const 1 end ${bits}`,
    sees: canonical,
  },
  {
    name: 'of one of two arms',
    body: `local.get 0 if:f64 ${made} else ${loaded} end ${bits}`,
    sees: canonical,
  },
  {
    name: 'of the arm not taken',
    body: `local.get 0 i32.eqz if:f64 ${made} else ${loaded} end ${bits}`,
    sees: kept,
  },
  { name: 'selected', body: `${made} ${loaded} local.get 0 select ${bits}`, sees: canonical },
  { name: 'not selected', body: `${loaded} ${made} local.get 0 select ${bits}`, sees: kept },
  {
    name: 'in a local that held another',
    body: `${loaded} local.set 1 local.get 0 if ${made} local.set 1 end local.get 1 ${bits}`,
    sees: canonical,
  },
  {
    name: 'in a local that might have held another',
    body: `${loaded} local.set 1 local.get 0 if else ${made} local.set 1 end local.get 1 ${bits}`,
    sees: kept,
  },
  {
    name: 'that never came to the local of another',
    body: `${loaded} local.set 1
      local.get 0 i32.eqz if ${made} local.set 1 end local.get 1 ${bits}`,
    sees: kept,
  },
  {
    name: 'of the round before',
    body: `loop local.get 1 local.set 2 ${made} local.set 1
      local.get 0 local.get 0 i32.eqz local.set 0 br_if 0 end local.get 2 ${bits}`,
    sees: canonical,
  },
  { name: 'without its sign', body: `${made} f64.abs ${bits}`, sees: canonical },
  { name: 'of the other sign', body: `${made} f64.neg ${bits}`, sees: canonical | (1n << 63n) },
  {
    name: 'with a sign copied to it',
    body: `${made} f64.const -1 f64.copysign ${bits}`,
    sees: canonical | (1n << 63n),
  },
  {
    name: 'that gives its sign',
    body: `f64.const -2 ${made} f64.copysign ${bits}`,
    sees: 0x4000_0000_0000_0000n,
  },
  { name: 'reckoned with', body: `${loaded} f64.const 1 f64.add ${bits}`, sees: canonical },
]

const moves: readonly Look[] = [
  { name: 'loaded', body: `${loaded} ${bits}`, sees: kept },
  { name: 'in a local', body: `${loaded} local.tee 1 drop local.get 1 ${bits}`, sees: kept },
  { name: 'in a global', body: `${loaded} global.set 0 global.get 0 ${bits}`, sees: kept },
  { name: 'in memory', body: `i32.const 8 ${loaded} f64.store i32.const 8 i64.load`, sees: kept },
  { name: 'given to a function', body: `${loaded} call 1`, sees: kept },
  { name: 'given and returned', body: `${loaded} call 3 ${bits}`, sees: kept },
  { name: 'left by a block', body: `block:f64 ${loaded} end ${bits}`, sees: kept },
  { name: 'without its sign', body: `${loaded} f64.abs ${bits}`, sees: kept & ~(1n << 63n) },
  { name: 'of the other sign', body: `${loaded} f64.neg ${bits}`, sees: kept ^ (1n << 63n) },
  { name: 'made of an integer', body: `i64.const 0xfff40000deadbeef ${bitsBack()}`, sees: kept },
  { name: 'a constant', body: `f64.const bits:fff40000deadbeef ${bits}`, sees: kept },
]

function bitsBack(): string {
  return `f64.reinterpret_i64 ${bits}`
}

describe('a NaN that was computed', () => {
  test.each(looks)('has the bits that all have: $name', ({ body, sees }) => {
    expect(bitsOf(body)).toBe(sees)
  })
})

describe('a NaN that is moved', () => {
  test.each(moves)('keeps its bits: $name', ({ body, sees }) => {
    expect(bitsOf(body)).toBe(sees)
  })
})
