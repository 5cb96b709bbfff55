// Every bound on a module, with its reason. A module beyond one is refused with the code beside it.
import { limits } from '@vcp/protocol'
import { Refused, type RejectionCode } from './rejection.ts'

interface Bound {
  readonly value: number
  readonly code: RejectionCode
  /** What is counted, for people. */
  readonly what: string
  readonly reason: string
}

function bound(value: number, code: RejectionCode, what: string, reason: string): Bound {
  return { value, code, what, reason }
}

export const bounds = {
  moduleBytes: bound(
    limits.wasmModuleBytesMax,
    'LIMIT_MODULE_BYTES',
    'bytes',
    'what the protocol carries',
  ),
  instrumentedBytes: bound(
    67_108_864,
    'LIMIT_INSTRUMENTED_BYTES',
    'bytes after instrumentation',
    'compilers emit modules that grow to less than 2.5 times; only crafted ones grow to more',
  ),
  types: bound(10_000, 'LIMIT_TYPES', 'types', 'a million types break the limit of V8 itself'),
  parameters: bound(256, 'LIMIT_TYPE_VALUES', 'parameters of a type', 'V8 stops at 1,000'),
  results: bound(64, 'LIMIT_TYPE_VALUES', 'results of a type', 'V8 stops at 1,000'),
  imports: bound(1_000, 'LIMIT_IMPORTS', 'imports', 'preview 1 has 46 functions'),
  functions: bound(
    100_000,
    'LIMIT_FUNCTIONS',
    'functions',
    'some 3 KB of engine memory each; a 10 MB program has 30,000',
  ),
  globals: bound(10_000, 'LIMIT_GLOBALS', 'globals', 'each mutable one is part of a checkpoint'),
  exports: bound(10_000, 'LIMIT_EXPORTS', 'exports', 'each becomes a JavaScript object'),
  nameBytes: bound(1_024, 'LIMIT_NAME_BYTES', 'bytes of a name', 'names are shown to people'),
  tables: bound(16, 'LIMIT_TABLES', 'tables', 'compilers emit one'),
  tableElements: bound(
    100_000,
    'LIMIT_TABLE_ELEMENTS',
    'elements of all tables at their start',
    'as many as there can be functions',
  ),
  tableElementsMax: bound(
    100_000,
    'LIMIT_TABLE_ELEMENTS',
    'elements a table can grow to',
    'a declared maximum above this is lowered to it',
  ),
  elementSegments: bound(
    10_000,
    'LIMIT_ELEMENT_SEGMENTS',
    'element segments',
    'compilers emit one or two',
  ),
  elements: bound(
    200_000,
    'LIMIT_ELEMENT_SEGMENTS',
    'elements of all segments',
    'twice the functions',
  ),
  dataSegments: bound(
    20_000,
    'LIMIT_DATA_SEGMENTS',
    'data segments',
    'AssemblyScript emits one per string; V8 stops at 100,000',
  ),
  memoryPages: bound(65_536, 'LIMIT_MEMORY_PAGES', 'pages of memory', '4 GiB of 64 KiB pages'),
  functionBytes: bound(
    262_144,
    'LIMIT_FUNCTION_BYTES',
    'bytes of a function',
    'the compiler takes 270 MB for 256 KB of calls, 760 MB for 1 MB',
  ),
  locals: bound(
    10_000,
    'LIMIT_LOCALS',
    'locals of a function, parameters included',
    'unoptimised code has hundreds',
  ),
  operands: bound(10_000, 'LIMIT_OPERANDS', 'operands on the stack', 'compilers emit some dozens'),
  nesting: bound(
    4_096,
    'LIMIT_NESTING',
    'nested blocks',
    'a switch has one block a case; the largest generated lexers have two thousand',
  ),
  branchTargets: bound(
    10_000,
    'LIMIT_BRANCH_TARGETS',
    'targets of a br_table',
    'a dense switch; V8 stops at 65,520',
  ),
  functionComplexity: bound(
    8_000_000,
    'LIMIT_FUNCTION_COMPLEXITY',
    'values live at branches and calls of a function',
    'the compiler merges each local and operand at each branch: its time grows as the product',
  ),
  moduleComplexity: bound(
    50_000_000,
    'LIMIT_MODULE_COMPLEXITY',
    'values live at branches and calls of the module',
    'loops over 3,000 locals compile at some 30 million a second; SQLite has 2 million',
  ),
} as const satisfies Record<string, Bound>

export type BoundName = keyof typeof bounds

/** Refuses when there is more of something than its bound allows. */
export function within(name: BoundName, actual: number, offset: number | null = null): void {
  const { value, code, what } = bounds[name]
  if (actual > value) throw new Refused(code, `${actual} ${what}, at most ${value}`, offset)
}
