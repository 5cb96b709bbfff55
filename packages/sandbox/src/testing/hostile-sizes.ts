// Modules that are too much: of everything that can be counted, one more than there may be, and of
// most things as much as an attacker would send.
import { valueTypes } from '../module/value-type.ts'
import { unsigned } from './assemble.ts'
import {
  built,
  functionsOf,
  type HostileModule,
  listOf,
  type Piece,
  sections,
  sizedBody,
} from './hostile-module.ts'

const noLocals = [0]
const emptyLoop = [0x03, 0x40, 0x0b]

/** One function with this body, and no locals. */
function bodyOf(...pieces: Piece[]): () => Uint8Array {
  return () => functionsOf(sizedBody(noLocals, ...pieces))
}

function repeated(times: number, ...bytes: number[]): Piece {
  return { times, bytes }
}

/** One function with this many locals of one type, claimed in a few bytes. */
function localsOf(count: number): () => Uint8Array {
  return () => functionsOf(sizedBody([1, ...unsigned(count), valueTypes.i32]))
}

const tooMany: readonly HostileModule[] = [
  {
    name: 'eleven megabytes',
    code: 'LIMIT_MODULE_BYTES',
    bytes: () => new Uint8Array(11_534_336),
  },
  {
    name: 'a million types',
    code: 'LIMIT_TYPES',
    bytes: () => sections([1, ...listOf(1_000_000, 0x60, 0, 0)]),
  },
  {
    name: 'a type of a thousand parameters',
    code: 'LIMIT_TYPE_VALUES',
    bytes: () => sections([1, [1, 0x60], ...listOf(1_000, 0x7f), [0]]),
  },
  {
    name: 'a type of a thousand results',
    code: 'LIMIT_TYPE_VALUES',
    bytes: () => sections([1, [1, 0x60, 0], ...listOf(1_000, 0x7f)]),
  },
  {
    name: 'a million imports',
    code: 'LIMIT_IMPORTS',
    bytes: () => sections([1, [1, 0x60, 0, 0]], [2, ...listOf(1_000_000, 0, 0, 0, 0)]),
  },
  {
    name: 'a million functions',
    code: 'LIMIT_FUNCTIONS',
    bytes: () =>
      sections(
        [1, [1, 0x60, 0, 0]],
        [3, ...listOf(1_000_000, 0)],
        [10, ...listOf(1_000_000, 2, 0, 0x0b)],
      ),
  },
  {
    name: 'a million globals',
    code: 'LIMIT_GLOBALS',
    bytes: () => sections([6, ...listOf(1_000_000, 0x7f, 1, 0x41, 0, 0x0b)]),
  },
  {
    name: 'nine hundred thousand exports',
    code: 'LIMIT_EXPORTS',
    bytes: () =>
      sections(
        [1, [1, 0x60, 0, 0]],
        [3, [1, 0]],
        [7, ...listOf(900_000, 1, 0x61, 0, 0)],
        [10, [1, 2, 0, 0x0b]],
      ),
  },
  {
    name: 'a name of a megabyte',
    code: 'LIMIT_NAME_BYTES',
    bytes: () => sections([0, unsigned(1_000_000), repeated(1_000_000, 0x61)]),
  },
  {
    name: 'a thousand tables',
    code: 'LIMIT_TABLES',
    bytes: () => sections([4, ...listOf(1_000, 0x70, 0, 1)]),
  },
  {
    name: 'a table of four billion elements',
    code: 'LIMIT_TABLE_ELEMENTS',
    bytes: built((module) => module.table({ min: 0xffff_ffff })),
  },
  {
    name: 'many tables that are too large together',
    code: 'LIMIT_TABLE_ELEMENTS',
    bytes: () => sections([4, ...listOf(16, 0x70, 0, ...unsigned(6_251))]),
  },
  {
    name: 'a hundred thousand element segments',
    code: 'LIMIT_ELEMENT_SEGMENTS',
    bytes: () => sections([4, [1, 0x70, 0, 1]], [9, ...listOf(100_000, 0, 0x41, 0, 0x0b, 0)]),
  },
  {
    name: 'a million elements in one segment',
    code: 'LIMIT_ELEMENT_SEGMENTS',
    bytes: () =>
      sections(
        [1, [1, 0x60, 0, 0]],
        [3, [1, 0]],
        [9, [1, 1, 0], ...listOf(1_000_000, 0)],
        [10, [1, 2, 0, 0x0b]],
      ),
  },
  {
    name: 'a hundred thousand data segments',
    code: 'LIMIT_DATA_SEGMENTS',
    bytes: () => sections([5, [1, 0, 1]], [11, ...listOf(100_000, 0, 0x41, 0, 0x0b, 1, 7)]),
  },
  {
    name: 'four gigabytes of memory to begin with',
    code: 'LIMIT_MEMORY_PAGES',
    bytes: built((module) => module.memory({ min: 65_536 })),
  },
  {
    name: 'more memory than 32 bits can name',
    code: 'LIMIT_MEMORY_PAGES',
    bytes: built((module) => module.memory({ min: 65_537 })),
  },
]

const tooLarge: readonly HostileModule[] = [
  {
    name: 'a function of a megabyte',
    code: 'LIMIT_FUNCTION_BYTES',
    bytes: bodyOf(repeated(1_000_000, 0x01)),
  },
  {
    name: 'a br_table of five million targets',
    code: 'LIMIT_FUNCTION_BYTES',
    bytes: bodyOf([0x41, 0, 0x0e], ...listOf(5_000_000, 0), [0]),
  },
  {
    name: 'a br_table of two hundred thousand targets',
    code: 'LIMIT_BRANCH_TARGETS',
    bytes: bodyOf([0x41, 0, 0x0e], ...listOf(200_000, 0), [0]),
  },
  {
    name: 'a br_table of two hundred thousand targets that cannot be reached',
    code: 'LIMIT_BRANCH_TARGETS',
    bytes: bodyOf([0x00, 0x0e], ...listOf(200_000, 0), [0]),
  },
  { name: 'fifty thousand locals', code: 'LIMIT_LOCALS', bytes: localsOf(50_000) },
  { name: 'four billion locals', code: 'LIMIT_LOCALS', bytes: localsOf(0xffff_ffff) },
  {
    name: 'locals whose number wraps at 32 bits',
    code: 'LIMIT_LOCALS',
    bytes: () => functionsOf(sizedBody([2, ...unsigned(0xffff_ffff), 0x7f, ...unsigned(2), 0x7f])),
  },
  {
    name: 'a hundred thousand nested blocks',
    code: 'LIMIT_NESTING',
    bytes: bodyOf(repeated(100_000, 0x02, 0x40), repeated(30_000, 0x0b)),
  },
  {
    name: 'a hundred thousand nested ifs',
    code: 'LIMIT_NESTING',
    bytes: bodyOf(repeated(65_000, 0x41, 0, 0x04, 0x40)),
  },
  {
    name: 'a hundred thousand nested blocks that cannot be reached',
    code: 'LIMIT_NESTING',
    bytes: bodyOf([0x00], repeated(100_000, 0x02, 0x40)),
  },
  {
    name: 'a hundred thousand operands',
    code: 'LIMIT_OPERANDS',
    bytes: bodyOf(repeated(100_000, 0x41, 0), repeated(60_000, 0x1a)),
  },
  {
    name: 'twenty thousand loops over three thousand locals',
    code: 'LIMIT_FUNCTION_COMPLEXITY',
    bytes: () => {
      const locals = [1, ...unsigned(3_000), valueTypes.f64]
      return functionsOf(sizedBody(locals, repeated(20_000, ...emptyLoop)))
    },
  },
  {
    name: 'a hundred functions that are each almost too complex',
    code: 'LIMIT_MODULE_COMPLEXITY',
    bytes: () => {
      const locals = [1, ...unsigned(2_000), valueTypes.i32]
      const almost = sizedBody(locals, repeated(3_900, 0x02, 0x40, 0x0b))
      return functionsOf(...new Array<Uint8Array>(100).fill(almost))
    },
  },
  {
    name: 'loops that grow to twenty times their size',
    code: 'LIMIT_INSTRUMENTED_BYTES',
    bytes: () => {
      const loops = sizedBody(noLocals, repeated(80_000, ...emptyLoop))
      return functionsOf(...new Array<Uint8Array>(20).fill(loops))
    },
  },
]

export const oversizedModules: readonly HostileModule[] = [...tooMany, ...tooLarge]
