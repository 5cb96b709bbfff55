// What the scan finds out about the functions of a module, in arrays by index of the defined
// function.
import { NumberList } from '../module/growable.ts'
import { opcodeKinds } from '../module/opcodes.ts'

export const functionFlags = {
  loops: 1,
  /** Calls anything: a function, an import, or one of ours that meters. */
  calls: 2,
  /** Has bulk instructions or a grow, which are written as calls of our own functions. */
  bulk: 4,
  callsIndirectly: 8,
  /** A float in an operand of this type is made canonical. */
  nanF32: 16,
  nanF64: 32,
  /** A float is stored and made canonical in memory. */
  storesNan: 64,
} as const

export class ScanResult {
  /** One byte for each byte of the module, see marks. */
  readonly marks: Uint8Array
  /** The price of each region, in the order in which they begin in the code. */
  readonly regionCosts = new NumberList()
  /** For each direct call, the region it is in and the function it calls. */
  readonly callRegions = new NumberList()
  readonly callees = new NumberList()
  /** Where the regions and calls of function i begin; those of the last end at index `count`. */
  readonly firstRegion: Int32Array
  readonly firstCall: Int32Array
  readonly flags: Uint8Array
  readonly localCounts: Int32Array
  readonly operandsMax: Int32Array
  /** By opcode, which instructions occur. */
  readonly opcodesSeen = new Uint8Array(opcodeKinds.length)
  /** Tables that some instruction grows. */
  readonly grownTables = new Set<number>()
  /** Which functions may be called through a table or a reference, by index of all functions. */
  readonly addressTaken: Uint8Array
  complexity = 0
  largestFunctionComplexity = 0
  usesMemoryGrow = false
  usesMemoryBulk = false
  usesTableBulk = false

  constructor(bytes: number, imports: number, functions: number) {
    this.marks = new Uint8Array(bytes + 1)
    this.firstRegion = new Int32Array(functions + 1)
    this.firstCall = new Int32Array(functions + 1)
    this.flags = new Uint8Array(functions)
    this.localCounts = new Int32Array(functions)
    this.operandsMax = new Int32Array(functions)
    this.addressTaken = new Uint8Array(imports + functions)
  }
}
