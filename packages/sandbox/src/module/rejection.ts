// Why a module is refused. The codes are permanent: they stand in receipts.

export const rejectionCodes = {
  MALFORMED_HEADER: 'The bytes do not begin with the magic number and version 1 of WebAssembly.',
  MALFORMED_LEB: 'A number is longer than its type allows, or has bits beyond it.',
  MALFORMED_SECTION: 'A section is unknown, repeated, out of order, or not as long as it claims.',
  MALFORMED_TRUNCATED: 'The bytes end in the middle of something.',
  MALFORMED_NAME: 'A name is not UTF-8.',
  MALFORMED_TYPE: 'A type, limit or flag has a value that does not exist.',
  MALFORMED_OPCODE: 'An instruction does not exist.',
  MALFORMED_BODY: 'Blocks and ends of a function body do not match.',
  INVALID_INDEX: 'An index points at nothing.',
  INVALID_MODULE: 'The module does not validate: types, constants or exports are inconsistent.',

  FEATURE_SIMD: 'Vector instructions and v128 are refused, relaxed ones included.',
  FEATURE_THREADS: 'Atomic instructions and shared memories are refused.',
  FEATURE_EXCEPTIONS: 'Exception handling is refused.',
  FEATURE_TAIL_CALLS: 'Tail calls are refused.',
  FEATURE_GC: 'Garbage-collected and typed function references are refused.',
  FEATURE_EXTERNREF: 'References to host objects are refused.',
  FEATURE_REFERENCE_GLOBAL: 'A mutable global that holds a reference cannot be checkpointed.',
  FEATURE_MULTI_MEMORY: 'A second memory is refused.',
  FEATURE_MEMORY64: '64-bit memories and tables are refused.',
  FEATURE_CUSTOM_PAGE_SIZES: 'Pages of another size than 64 KiB are refused.',
  FEATURE_EXTENDED_CONST: 'A constant expression may only be one constant or function reference.',
  FEATURE_WIDE_ARITHMETIC: '128-bit arithmetic is refused.',
  FEATURE_STACK_SWITCHING: 'Continuations are refused.',

  IMPORT_KIND: 'Only functions may be imported: no memory, table or global.',
  IMPORT_UNKNOWN: 'An import is no function of wasi_snapshot_preview1.',
  IMPORT_SIGNATURE: 'An import has another signature than WASI preview 1 gives it.',
  EXPORT_RESERVED: 'Names of exports that begin with "vcp:" are ours.',

  LIMIT_MODULE_BYTES: 'The module is too large.',
  LIMIT_INSTRUMENTED_BYTES: 'The module becomes too large by being metered.',
  LIMIT_TYPES: 'Too many function types.',
  LIMIT_TYPE_VALUES: 'A function type has too many parameters or results.',
  LIMIT_IMPORTS: 'Too many imports.',
  LIMIT_FUNCTIONS: 'Too many functions.',
  LIMIT_GLOBALS: 'Too many globals.',
  LIMIT_EXPORTS: 'Too many exports.',
  LIMIT_NAME_BYTES: 'A name is too long.',
  LIMIT_TABLES: 'Too many tables.',
  LIMIT_TABLE_ELEMENTS: 'The tables are too large.',
  LIMIT_ELEMENT_SEGMENTS: 'Too many element segments, or elements in them.',
  LIMIT_DATA_SEGMENTS: 'Too many data segments.',
  LIMIT_MEMORY_PAGES: 'The module starts with more memory than it is allowed.',
  LIMIT_FUNCTION_BYTES: 'A function is too long.',
  LIMIT_LOCALS: 'A function has too many locals.',
  LIMIT_OPERANDS: 'A function has too many operands on its stack.',
  LIMIT_NESTING: 'Blocks are nested too deeply.',
  LIMIT_BRANCH_TARGETS: 'A br_table has too many targets.',
  LIMIT_FUNCTION_COMPLEXITY: 'A function would take too long or too much memory to compile.',
  LIMIT_MODULE_COMPLEXITY: 'The functions together would take too long to compile.',
} as const

export type RejectionCode = keyof typeof rejectionCodes

/** Says no to a module, with the particulars, and where in its bytes if that is one place. */
export interface Rejection {
  readonly ok: false
  readonly code: RejectionCode
  readonly detail: string
  readonly offset: number | null
}

/** Unwinds a parse. Never leaves the package: the entry points turn it into a `Rejection`. */
export class Refused extends Error {
  readonly rejection: Rejection

  constructor(code: RejectionCode, detail: string, offset: number | null = null) {
    super(detail)
    this.rejection = { ok: false, code, detail, offset }
  }
}

/** Runs a step that may refuse. Anything else thrown is a bug of ours, and passes through. */
export function catchingRefusal<T>(step: () => T): T | Rejection {
  try {
    return step()
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.rejection
    throw thrown
  }
}
