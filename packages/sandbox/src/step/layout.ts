// Where the state of a machine stands in its one memory.
//
//   0        marks: a byte for each page of 4 KiB, set by the tracking interpreter; not part of the
//            state
//   1 MiB    header, globals, descriptors of tables, segments and functions, code: the same for all
//            runs of a module but for the header and what a run changes
//            segments, tables, the code that begins the run
//            the stack: parameters, locals, saved places and operands, in slots of 8 bytes
//   at 64K   the guest's memory, to the end
//
// A function reference is the address of the function's record, null is 0.
import { pageBytes as guestPageBytes } from '../run/memory-tree.ts'
import type { StepProgram } from './step-program.ts'

export const statePageBytes = 4_096
/** Marks for the pages of 4 GiB. */
export const stateStart = 2 ** 20
export const slotBytes = 8

/** Addresses of the header's fields. Numbers of JavaScript are 64-bit floats. */
export const header = {
  pc: stateStart,
  /** The topmost slot, whose content is in `top`; below the first operand lies the saved place. */
  sp: stateStart + 4,
  /** The first parameter of the function that runs. */
  fp: stateStart + 8,
  /** One of `statuses`. */
  status: stateStart + 12,
  /** i64: the topmost operand. The slot for it is written when another is pushed above. */
  top: stateStart + 16,
  /** i64 */
  steps: stateStart + 24,
  guestPages: stateStart + 32,
  guestPagesMax: stateStart + 36,
  /** By the status: a number of `traps`, or the import that is called. */
  reason: stateStart + 40,
  stackEnd: stateStart + 44,
  /** Past the highest slot that a frame ever had. */
  stackHigh: stateStart + 48,
  guestAt: stateStart + 52,
  /** How a host call ended the run: an index of `hostEndings`, and the exit code. */
  ending: stateStart + 56,
  exitCode: stateStart + 60,
  gasGranted: stateStart + 64,
  nextCheckpoint: stateStart + 72,
  /** i32: how many were taken. */
  checkpoints: stateStart + 80,
  /** Three letters. */
  descriptors: stateStart + 84,
  stdinBytes: stateStart + 88,
  randomBytes: stateStart + 96,
  stdoutBytes: stateStart + 104,
  stderrBytes: stateStart + 112,
  /** 32 bytes each: the digest before, and the bytes written, hashed. */
  stdoutChain: stateStart + 120,
  stderrChain: stateStart + 152,
  /** 32 bytes: what the run is of. */
  input: stateStart + 184,
} as const
export const headerBytes = 256

export const statuses = {
  running: 0,
  returned: 1,
  trapped: 2,
  /** Between the two halves of one step: an import is called. */
  calling: 3,
  /** A host call ended the run. */
  ended: 4,
  /** The machine under us has no memory for what the guest is entitled to. */
  exhausted: 5,
  /** The stack's region ended before the guest's units did: no state of ours comes to that. */
  overflowed: 6,
} as const

/** A table: address, size and largest size of it. */
export const tableFields = { at: 0, size: 4, max: 8, bytes: 16 } as const
/** A segment: address and length, 0 when dropped. */
export const segmentFields = { at: 0, length: 4, bytes: 8 } as const
/** A function; of an import, `entry` is 0. */
export const functionFields = {
  entry: 0,
  paramBytes: 4,
  /** Of declared locals. */
  localBytes: 8,
  /** Of locals, saved place and operands. */
  frameBytes: 12,
  type: 16,
  import: 20,
  bytes: 24,
} as const

/** Regions whose place does not depend on the request. */
export interface FixedRegions {
  readonly globalsAt: number
  readonly tablesAt: number
  readonly dataAt: number
  readonly elementsAt: number
  readonly functionsAt: number
  readonly codeAt: number
}

export interface RegionCounts {
  readonly globals: number
  readonly tables: number
  readonly data: number
  readonly elements: number
  readonly functions: number
}

export function fixedRegions(counts: RegionCounts): FixedRegions {
  const globalsAt = stateStart + headerBytes
  const tablesAt = globalsAt + counts.globals * slotBytes
  const dataAt = tablesAt + counts.tables * tableFields.bytes
  const elementsAt = dataAt + counts.data * segmentFields.bytes
  const functionsAt = elementsAt + counts.elements * segmentFields.bytes
  const codeAt = aligned(functionsAt + counts.functions * functionFields.bytes, slotBytes)
  return { globalsAt, tablesAt, dataAt, elementsAt, functionsAt, codeAt }
}

export interface Layout extends FixedRegions {
  readonly segmentsAt: number
  /** By table. */
  readonly elementsOfTablesAt: readonly number[]
  readonly beginningAt: number
  readonly stackAt: number
  readonly stackEnd: number
  readonly guestAt: number
  /** As many pages of 64 KiB as the whole can have. */
  readonly pagesMax: number
}

/**
 * The units of the instrumented code end before its stack does: a unit is a slot, and beyond them
 * come one frame and the chain of those that count none. Twice that is room for both.
 */
const stackSlack = 65_536

export function layOut(program: StepProgram, stackUnits: number, beginningBytes: number): Layout {
  const { regions, code, segmentBytes, tables, memory } = program
  const segmentsAt = aligned(regions.codeAt + code.byteLength, statePageBytes)
  let at = aligned(segmentsAt + segmentBytes, slotBytes)
  const elementsOfTablesAt = tables.map(({ max }) => {
    const start = at
    at = aligned(at + max * 4, slotBytes)
    return start
  })
  const beginningAt = aligned(at, statePageBytes)
  const stackAt = aligned(beginningAt + beginningBytes, statePageBytes)
  const stackEnd = stackAt + (2 * stackUnits + stackSlack) * slotBytes
  const guestAt = aligned(stackEnd, guestPageBytes)
  const pagesMax = Math.min(guestAt / guestPageBytes + (memory?.max ?? 0), 65_536)
  return {
    ...regions,
    segmentsAt,
    elementsOfTablesAt,
    beginningAt,
    stackAt,
    stackEnd,
    guestAt,
    pagesMax,
  }
}

function aligned(address: number, to: number): number {
  return Math.ceil(address / to) * to
}
