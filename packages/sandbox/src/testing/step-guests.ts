// Guests for the tests of the step engine.
import type { ModuleBuilder } from './module-builder.ts'

/** Grows its memory, writes to stdout, draws randomness and reads stdin, over and over. */
export function busy(module: ModuleBuilder, rounds = 300): void {
  const two = ['i32', 'i32'] as const
  const four = ['i32', 'i32', 'i32', 'i32'] as const
  const wasi = 'wasi_snapshot_preview1'
  const random = module.import(wasi, 'random_get', two, ['i32'])
  const write = module.import(wasi, 'fd_write', four, ['i32'])
  const read = module.import(wasi, 'fd_read', four, ['i32'])
  const clock = module.import(wasi, 'clock_time_get', ['i32', 'i64', 'i32'], ['i32'])
  const yields = module.import(wasi, 'sched_yield', [], ['i32'])
  module.memory({ min: 1, max: 8 })
  module.global({ type: 'f64', mutable: true, init: 'f64.const 1.5' })
  module.function({
    export: '_start',
    locals: ['i32'],
    body: `
      i32.const 0 i32.const 64 i32.store
      i32.const 4 i32.const 11 i32.store
      loop
        i32.const 64 i32.const 7 call ${random} drop
        i32.const 0 i32.const 0 i32.const 1 i32.const 8 call ${read} drop
        i32.const 1 i32.const 0 i32.const 1 i32.const 8 call ${write} drop
        i32.const 2 i32.const 0 i32.const 1 i32.const 8 call ${write} drop
        i32.const 0 i64.const 0 i32.const 96 call ${clock} drop
        call ${yields} drop
        global.get 0 f64.const 1.000001 f64.mul global.set 0
        local.get 0 i32.const 50 i32.rem_u i32.eqz
        if
          i32.const 1 memory.grow i32.const 65536 i32.mul i32.const 9 i32.store
        end
        local.get 0 i32.const 1 i32.add local.tee 0
        i32.const ${rounds} i32.lt_u br_if 0
      end`,
  })
}

/** Sums up a table of numbers that it fills first: one export, `sum`, of how many. */
export function summing(module: ModuleBuilder): void {
  module.memory({ min: 2, max: 2 })
  module.function({
    export: 'sum',
    params: ['i32'],
    results: ['i32'],
    locals: ['i32', 'i32'],
    body: `
      loop
        local.get 1 i32.const 4 i32.mul
        local.get 1 i32.const 7 i32.mul i32.const 3 i32.add
        i32.store @64
        local.get 1 i32.const 1 i32.add local.tee 1
        local.get 0 i32.lt_u br_if 0
      end
      i32.const 0 local.set 1
      loop
        local.get 2 local.get 1 i32.const 4 i32.mul i32.load @64 i32.add local.set 2
        local.get 1 i32.const 1 i32.add local.tee 1
        local.get 0 i32.lt_u br_if 0
      end
      local.get 2`,
  })
}

/** Everything about tables, references and segments. */
export function tabular(module: ModuleBuilder): void {
  module.memory({ min: 3, max: 4 })
  // Brings what describes tables and segments to a page of its own.
  for (let i = 0; i < 600; i++) module.global({ type: 'i32', mutable: true, init: 'i32.const 1' })
  module.table({ min: 4, max: 40 })
  module.table({ min: 3 })
  const unary = module.type(['i32'], ['i32'])
  const double = module.function({
    params: ['i32'],
    results: ['i32'],
    body: 'local.get 0 i32.const 2 i32.mul',
  })
  const next = module.function({
    params: ['i32'],
    results: ['i32'],
    body: 'local.get 0 i32.const 1 i32.add',
  })
  const other = module.function({ params: [], results: ['i64'], body: 'i64.const 5' })
  module.element({ items: [double, null, next], at: 1 })
  module.element({ mode: 'passive', items: [next, other, null] })
  module.element({ mode: 'declarative', items: [other] })
  module.data([1, 2, 3, 4, 5, 6, 7, 8], null)
  module.data([9, 9, 9], 100)
  module.function({
    export: 'tables',
    results: ['i32'],
    body: `
      i32.const 0 i32.const 0 i32.const 3 table.init 1 1
      i32.const 1 i32.const 2 i32.const 1 table.copy 1 1
      i32.const 0 i32.const 1 i32.const 3 table.copy 1 0
      elem.drop 1
      ref.func ${other} i32.const 5 table.grow 1 drop
      i32.const 3 ref.null i32.const 2 table.fill 1
      i32.const 2 ref.func ${next} table.set 0
      i32.const 20 i32.const 2 call_indirect ${unary} 0
      i32.const 0 call_indirect ${unary} 1
      table.size 1 i32.const 10 i32.mul i32.add
      i32.const 3 table.get 1 ref.is_null i32.const 100 i32.mul i32.add
      ref.null i32.const 1000 table.grow 0 i32.add`,
  })
  module.function({
    export: 'segments',
    results: ['i32'],
    body: `
      i32.const 10 i32.const 2 i32.const 5 memory.init 0
      data.drop 0
      i32.const 12 i32.const 10 i32.const 5 memory.copy
      i32.const 0 i32.const 7 i32.const 65537 memory.fill
      i32.const 5 i32.const 1 i32.const 140000 memory.copy
      i32.const 1 i32.const 5 i32.const 140000 memory.copy
      i32.const 131072 i32.const 100 i32.const 9000 memory.copy
      i32.const 30000 i32.const 140000 i32.const 9000 memory.copy
      i32.const 196608 i32.const 0 i32.const 0 memory.fill
      i32.const 65536 i32.load @1 i32.const 100 i32.load i32.add memory.size i32.add`,
  })
  for (const [name, body] of Object.entries(trapping)) {
    module.function({ export: name, results: ['i32'], body: `${body} i32.const 1` })
  }
  module.function({
    export: 'mismatch',
    results: ['i64'],
    body: `i32.const 2 ref.func ${other} table.set 0
      i32.const 1 i32.const 2 call_indirect ${unary} 0 i64.extend_i32_u`,
  })
}

export const trapping = {
  fillBeyond: 'i32.const 196600 i32.const 0 i32.const 9 memory.fill',
  copyBeyond: 'i32.const 0 i32.const 196600 i32.const 9 memory.copy',
  copyInto: 'i32.const -1 i32.const 0 i32.const 2 memory.copy',
  initBeyond: 'i32.const 0 i32.const 8 i32.const 1 memory.init 0',
  initDropped: 'data.drop 0 i32.const 0 i32.const 0 i32.const 1 memory.init 0',
  initActive: 'i32.const 0 i32.const 0 i32.const 1 memory.init 1',
  tableInitDropped: 'elem.drop 1 i32.const 0 i32.const 0 i32.const 1 table.init 1 1',
  tableInitBeyond: 'i32.const 2 i32.const 0 i32.const 2 table.init 1 1',
  tableCopyBeyond: 'i32.const 3 i32.const 0 i32.const 2 table.copy 0 0',
  tableFillBeyond: 'i32.const 3 ref.null i32.const 2 table.fill 0',
  tableGetBeyond: 'i32.const 4 table.get 0 drop',
  tableSetBeyond: 'i32.const -1 ref.null table.set 0',
  callNull: 'i32.const 1 i32.const 0 call_indirect 0 0 drop',
  callBeyond: 'i32.const 1 i32.const 4 call_indirect 0 0 drop',
  loadBeyond: 'i32.const 196605 i32.load drop',
  loadFar: 'i32.const -1 i64.load @4294967295 drop',
  storeBeyond: 'i32.const 196601 i64.const 1 i64.store',
  unreachable: 'unreachable',
} as const

/** Mixes a global so many times, without a memory: one export, `mix`. */
export function mixing(module: ModuleBuilder): void {
  module.global({ type: 'i64', mutable: true, init: 'i64.const 1' })
  module.function({
    export: 'mix',
    params: ['i32'],
    results: ['i64'],
    body: `
      loop
        global.get 0 i64.const 6364136223846793005 i64.mul local.get 0 i64.extend_i32_u i64.add
        global.set 0
        local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0
      end
      global.get 0`,
  })
}

const many = (count: number, word: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => word(index)).join(' ')

/** Frames, tables and accesses that lie across pages of 4 KiB: one export, `wide`. */
export function wide(module: ModuleBuilder): void {
  const wasi = 'wasi_snapshot_preview1'
  const random = module.import(wasi, 'random_get', ['i32', 'i32'], ['i32'])
  const pair = module.type([], ['i32', 'i64'])
  module.memory({ min: 1, max: 1 })
  module.table({ min: 3_000 })
  for (let i = 0; i < 600; i++) {
    module.global({ type: 'i64', mutable: true, init: `i64.const ${i}` })
  }
  const deep = module.function({
    params: ['i32', 'i64'],
    results: ['i32', 'i64'],
    body: `${many(600, (i) => `i32.const ${i}`)} local.get 0 local.get 1 return`,
  })
  const sixty = Array.from({ length: 60 }, () => 'i64' as const)
  const several = module.type([], sixty)
  const moving = module.function({
    results: sixty,
    body: `block:type${several} ${many(800, (i) => `i64.const ${i}`)} br 0 end return`,
  })
  const returning = module.function({
    results: sixty,
    locals: Array.from({ length: 700 }, () => 'i64' as const),
    body: many(60, (i) => `i64.const ${i}`),
  })
  // Frames of more than 512 values are counted, and no longer left by a return.
  const locals = Array.from({ length: 100 }, () => 'i64' as const)
  const words = many(300, (i) => `i64.const ${i}`)
  const leaving = module.function({ locals, body: `${words} return` })
  const giving = module.function({ locals, results: ['i64'], body: `${words} return` })
  for (let i = 0; i < 200; i++) module.function({ body: 'nop' })
  const far = module.function({ body: 'i64.const 9 global.set 590' })
  module.element({ at: 2_900, items: [far, deep] })
  const none = module.type([], [])
  module.function({
    export: 'wide',
    results: ['i64'],
    locals: Array.from({ length: 1_200 }, () => 'i64' as const),
    body: `
      i64.const 5 local.set 1100
      local.get 1100 local.tee 3 local.set 700
      i32.const 4093 i32.const -2 i32.store
      i32.const 8188 i64.const -3 i64.store
      i32.const 12287 i32.load16_u i32.const 4090 i64.load i32.wrap_i64 i32.add drop
      i32.const 4080 i32.const 40 call ${random} drop
      global.get 20 global.get 580 i64.add local.set 4
      i32.const 2900 call_indirect ${none} 0
      i32.const 10 i32.const 2900 i32.const 2 table.copy 0 0
      ${many(1_000, (i) => `i64.const ${i}`)}
      block:type${pair}
        ${many(1_000, (i) => `i64.const ${i}`)}
        i32.const 1 i64.const 2 br 0
      end
      call ${deep}
      local.set 5 drop
      block block block
        i32.const 990
        br_table ${Array.from({ length: 1_000 }, (_, i) => i % 2).join(',')}
      end end end
      block block
        i64.const 1 i64.const 2 i64.const 3
        i32.const 1 br_if 0
        drop drop drop
      end end
      ${many(1_000, () => 'drop')}
      ${many(16, () => `call ${leaving} call ${giving} call ${moving} call ${returning}`)}
      ${many(16 * 121, () => 'drop')}
      local.get 700 local.get 4 i64.add local.get 5 i64.add`,
  })
}
