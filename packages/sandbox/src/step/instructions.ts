// What the code of the step engine is made of: words of 32 bits, an operation and its immediates.
// An operation has the number of the WebAssembly instruction; those below stand beside them.
import { opcodeNames } from '../module/opcodes.ts'

const first = opcodeNames.length

export const extraOps = {
  /** A branch that leaves operands behind: target, place of the top afterwards, bytes carried. */
  brMove: first,
  brIfMove: first + 1,
  /** Returns, by the number of results: none, one, several. */
  return0: first + 2,
  return1: first + 3,
  returnMany: first + 4,
  /** The end of the code that begins a run. */
  finish: first + 5,
} as const

export const opCount = first + 6

/** In a `br_table`, the place of the top where a branch leaves nothing behind. */
export const unmoved = -1

/** Why an instruction trapped, for people: in receipts all of them are one. */
export const traps = {
  unreachable: 1,
  memoryBounds: 2,
  divideByZero: 3,
  integerOverflow: 4,
  invalidConversion: 5,
  tableBounds: 6,
  nullFunction: 7,
  functionType: 8,
  segmentBounds: 9,
} as const

export const trapTexts: Readonly<Record<number, string>> = {
  [traps.unreachable]: 'unreachable',
  [traps.memoryBounds]: 'memory access out of bounds',
  [traps.divideByZero]: 'divide by zero',
  [traps.integerOverflow]: 'integer overflow',
  [traps.invalidConversion]: 'conversion of a NaN to an integer',
  [traps.tableBounds]: 'table access out of bounds',
  [traps.nullFunction]: 'call of a null reference',
  [traps.functionType]: 'call of a function of another type',
  [traps.segmentBounds]: 'access beyond a segment',
}

/** A bulk instruction moves at most this much a step, so that one step never needs much state. */
export const bulkBytesPerStep = 65_536
