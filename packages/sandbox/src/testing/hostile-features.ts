// Modules that ask for what the sandbox does not have: instructions and types of other proposals,
// imports of the host, names of our own.
import { body, built, type HostileModule, section } from './hostile-module.ts'
import { moduleOf } from './module-builder.ts'

export const unsupportedModules: readonly HostileModule[] = [
  {
    name: 'a vector instruction',
    code: 'FEATURE_SIMD',
    detail: 'instruction i8x16.splat',
    bytes: body(0x41, 0, 0xfd, 0x0f, 0x1a),
  },
  {
    name: 'a relaxed vector instruction',
    code: 'FEATURE_SIMD',
    detail: 'instruction f32x4.relaxed_madd',
    bytes: body(0xfd, 0x85, 0x02),
  },
  {
    name: 'a vector instruction in code that cannot run',
    code: 'FEATURE_SIMD',
    detail: 'instruction i8x16.splat',
    bytes: body(0x00, 0xfd, 0x0f, 0x1a),
  },
  {
    name: 'a local that is a vector',
    code: 'FEATURE_SIMD',
    detail: 'type v128',
    bytes: built((module) => {
      module.rawFunction(module.type([], []))
      module.rawBody([1, 1, 0x7b, 0x0b])
    }),
  },
  {
    name: 'an atomic instruction',
    code: 'FEATURE_THREADS',
    detail: 'instruction i32.atomic.rmw.add',
    bytes: body(0xfe, 0x1e, 0x02, 0x00),
  },
  {
    name: 'a wait for another thread',
    code: 'FEATURE_THREADS',
    detail: 'instruction memory.atomic.wait32',
    bytes: body(0xfe, 0x01, 0x02, 0x00),
  },
  {
    name: 'a shared memory',
    code: 'FEATURE_THREADS',
    bytes: built((module) => module.rawMemory([3, 1, 1])),
  },
  {
    name: 'a 64-bit memory',
    code: 'FEATURE_MEMORY64',
    bytes: built((module) => module.rawMemory([4, 1])),
  },
  {
    name: 'two memories',
    code: 'FEATURE_MULTI_MEMORY',
    bytes: built((module) => {
      module.rawMemory([0, 1])
      module.rawMemory([0, 1])
    }),
  },
  {
    name: 'a load from a second memory',
    code: 'FEATURE_MULTI_MEMORY',
    bytes: built((module) => {
      module.rawMemory([0, 1])
      module.function({ body: [0x41, 0, 0x28, 0x42, 1, 0, 0x1a, 0x0b] })
    }),
  },
  {
    name: 'pages of one byte',
    code: 'FEATURE_CUSTOM_PAGE_SIZES',
    bytes: built((module) => module.rawMemory([8, 1, 0])),
  },
  {
    name: 'a tail call',
    code: 'FEATURE_TAIL_CALLS',
    detail: 'instruction return_call',
    bytes: body(0x12, 0x00),
  },
  {
    name: 'an indirect tail call',
    code: 'FEATURE_TAIL_CALLS',
    detail: 'instruction return_call_indirect',
    bytes: body(0x41, 0, 0x13, 0x00, 0x00),
  },
  {
    name: 'a try',
    code: 'FEATURE_EXCEPTIONS',
    detail: 'instruction try',
    bytes: body(0x06, 0x40, 0x0b),
  },
  {
    name: 'a table of catches',
    code: 'FEATURE_EXCEPTIONS',
    detail: 'instruction try_table',
    bytes: body(0x1f, 0x40, 0x00, 0x0b),
  },
  { name: 'a section of tags', code: 'FEATURE_EXCEPTIONS', bytes: section(13, 0) },
  {
    name: 'an export of a tag',
    code: 'FEATURE_EXCEPTIONS',
    bytes: built((module) => module.export('tag', 4, 0)),
  },
  {
    name: 'a type of structures',
    code: 'FEATURE_GC',
    bytes: built((module) => void module.rawType([0x5f, 0x00])),
  },
  {
    name: 'a structure made',
    code: 'FEATURE_GC',
    detail: 'instruction 0xfb 0',
    bytes: body(0xfb, 0x00, 0x00, 0x1a),
  },
  {
    name: 'a call of a reference',
    code: 'FEATURE_GC',
    detail: 'instruction call_ref',
    bytes: body(0x14, 0x00),
  },
  {
    name: 'a null of any type',
    code: 'FEATURE_GC',
    bytes: body(0xd0, 0x6e, 0x1a),
  },
  {
    name: 'a parameter from the host',
    code: 'FEATURE_EXTERNREF',
    bytes: built((module) => void module.rawType([0x60, 1, 0x6f, 0])),
  },
  {
    name: 'a mutable global that holds a function',
    code: 'FEATURE_REFERENCE_GLOBAL',
    bytes: built((module) => {
      module.global({ type: 'funcref', mutable: true, init: 'ref.null' })
    }),
  },
  {
    name: 'a sum as a constant',
    code: 'FEATURE_EXTENDED_CONST',
    bytes: built((module) => {
      module.global({ type: 'i32', init: 'i32.const 1 i32.const 2 i32.add' })
    }),
  },
  {
    name: 'a constant that is another global',
    code: 'FEATURE_EXTENDED_CONST',
    bytes: section(6, 2, 0x7f, 0, 0x41, 1, 0x0b, 0x7f, 0, 0x23, 0, 0x0b),
  },
  {
    name: 'a product of 128 bits',
    code: 'FEATURE_WIDE_ARITHMETIC',
    detail: 'instruction i64.mul_wide_s',
    bytes: body(0xfc, 0x15),
  },
  {
    name: 'a continuation',
    code: 'FEATURE_STACK_SWITCHING',
    detail: 'instruction suspend',
    bytes: body(0xe2, 0x00),
  },
]

const wasi = 'wasi_snapshot_preview1'

export const importingModules: readonly HostileModule[] = [
  {
    name: 'an import that nobody provides',
    code: 'IMPORT_UNKNOWN',
    detail: '"env.system" is not provided',
    bytes: built((module) => void module.import('env', 'system')),
  },
  {
    name: 'an import named like a method of every object',
    code: 'IMPORT_UNKNOWN',
    bytes: built((module) => void module.import(wasi, 'constructor')),
  },
  {
    name: 'the import of our own tick',
    code: 'IMPORT_UNKNOWN',
    bytes: built((module) => void module.import('vcp', 'tick')),
  },
  {
    name: 'an import with a part of another name',
    code: 'IMPORT_UNKNOWN',
    bytes: built((module) => void module.import('wasi_snapshot_preview', '1.sched_yield')),
  },
  {
    name: 'an import of another signature',
    code: 'IMPORT_SIGNATURE',
    detail: `"${wasi}.fd_write" is i64 i32 i32 i32 -> i32, but should be i32 i32 i32 i32 -> i32`,
    bytes: built((module) => {
      module.import(wasi, 'fd_write', ['i64', 'i32', 'i32', 'i32'], ['i32'])
    }),
  },
  {
    name: 'an import that returns too much',
    code: 'IMPORT_SIGNATURE',
    bytes: built((module) => void module.import(wasi, 'proc_exit', ['i32'], ['i32'])),
  },
  {
    name: 'an import of a type that is not there',
    code: 'INVALID_INDEX',
    bytes: built((module) => void module.rawImport(wasi, 'sched_yield', [0, 9])),
  },
  {
    name: 'an imported memory',
    code: 'IMPORT_KIND',
    bytes: built((module) => void module.rawImport('env', 'memory', [2, 0, 1])),
  },
  {
    name: 'an imported table',
    code: 'IMPORT_KIND',
    bytes: built((module) => void module.rawImport('env', 'table', [1, 0x70, 0, 1])),
  },
  {
    name: 'an imported global',
    code: 'IMPORT_KIND',
    bytes: built((module) => void module.rawImport('env', 'stack', [3, 0x7f, 1])),
  },
  {
    name: 'an export that passes for our counter',
    code: 'EXPORT_RESERVED',
    detail: 'export "vcp:gas"',
    bytes: built((module) => {
      module.global({ type: 'i64', mutable: true, init: 'i64.const 0', export: 'vcp:gas' })
    }),
  },
  {
    name: 'an export in our name that nobody knows yet',
    code: 'EXPORT_RESERVED',
    bytes: () => moduleOf({ export: 'vcp:', body: '' }),
  },
]
