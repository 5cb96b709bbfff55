// Reads the instructions of a body: opcodes and their immediates, in live code and in dead.
import { within } from './bounds.ts'
import { kinds, opcodeKinds, PREFIXED } from './opcodes.ts'
import { Reader } from './reader.ts'
import { refusedInstruction } from './refusal-of-instruction.ts'
import { Refused } from './rejection.ts'
import { readFunctionHeapType } from './sections/constant-expression.ts'
import type { FunctionType } from './value-type.ts'
import { readValueType, valueTypes } from './value-type.ts'

const voidType: FunctionType = { params: [], results: [] }
const singleTypes = new Map<number, FunctionType>(
  Object.values(valueTypes).map((type) => [type, { params: [], results: [type] }]),
)

export class CodeCursor extends Reader {
  /** An opcode; those behind 0xfc are numbered from `PREFIXED` on. Refuses what it cannot carry. */
  opcode(): number {
    const at = this.pos
    const opcode = this.u8()
    const kind = opcodeKinds[opcode]
    if (kind === kinds.refused) throw refusedInstruction(this, opcode, at)
    return kind === kinds.prefix ? this.#prefixed(at) : opcode
  }

  #prefixed(at: number): number {
    const opcode = PREFIXED + this.u32()
    if (opcode >= opcodeKinds.length) throw refusedInstruction(this, opcode, at)
    return opcode
  }

  /** The alignment and offset of a load or store. */
  memoryOperand(): void {
    const at = this.pos
    const alignment = this.u8()
    if (alignment >= 8) {
      const code = (alignment & 0x40) === 0 ? 'INVALID_MODULE' : 'FEATURE_MULTI_MEMORY'
      throw new Refused(code, `an alignment of 0x${alignment.toString(16)}`, at)
    }
    this.u32()
  }

  /** The byte where a second memory would be named. */
  memoryIndex(): void {
    const at = this.pos
    if (this.u8() !== 0) throw new Refused('FEATURE_MULTI_MEMORY', 'a second memory', at)
  }

  blockType(types: readonly FunctionType[]): FunctionType {
    const at = this.pos
    const first = this.u8()
    if (first === 0x40) return voidType
    this.pos = at
    // Negative numbers of one byte are value types; the others are indices.
    if ((first & 0xc0) === 0x40) return singleTypes.get(readValueType(this))!
    const index = this.#typeIndex(at)
    const type = types[index]
    if (type === undefined) throw new Refused('INVALID_INDEX', `there is no type ${index}`, at)
    return type
  }

  /** A type index of a block: a signed number of 33 bits that is not negative. */
  #typeIndex(at: number): number {
    let index = 0
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.u8()
      index += (byte & 0x7f) * 2 ** shift
      if (byte >= 0x80) continue
      if ((byte & (shift === 28 ? 0x70 : 0x40)) !== 0) break
      return index
    }
    throw new Refused('MALFORMED_LEB', 'no type of a block', at)
  }

  /** The number of targets of a br_table, the default not counted. */
  branchTargets(): number {
    const count = this.count()
    within('branchTargets', count, this.pos)
    return count
  }

  selectType(): number {
    const at = this.pos
    const count = this.u32()
    if (count !== 1) throw new Refused('INVALID_MODULE', `a select of ${count} types`, at)
    return readValueType(this)
  }

  /** Steps over the immediates of an instruction. */
  skipImmediates(opcode: number, types: readonly FunctionType[]) {
    switch (opcodeKinds[opcode]) {
      case kinds.memory:
        return this.memoryOperand()
      case kinds.i32:
        return this.skipSigned(32)
      case kinds.i64:
        return this.skipSigned(64)
      case kinds.f32:
        return this.skip(4)
      case kinds.f64:
        return this.skip(8)
      case kinds.block:
      case kinds.loop:
      case kinds.if:
        this.blockType(types)
        return
      default:
        return this.#skipIndices(opcode)
    }
  }

  #skipIndices(opcode: number) {
    switch (opcodeKinds[opcode]) {
      case kinds.br:
      case kinds.brIf:
      case kinds.call:
      case kinds.localGet:
      case kinds.localSet:
      case kinds.localTee:
      case kinds.globalGet:
      case kinds.globalSet:
      case kinds.tableGet:
      case kinds.tableSet:
      case kinds.refFunc:
      case kinds.dataDrop:
      case kinds.elemDrop:
      case kinds.tableGrow:
      case kinds.tableSize:
      case kinds.tableFill:
        this.u32()
        return
      case kinds.callIndirect:
      case kinds.tableInit:
      case kinds.tableCopy:
        this.u32()
        this.u32()
        return
      default:
        return this.#skipOthers(opcode)
    }
  }

  #skipOthers(opcode: number) {
    switch (opcodeKinds[opcode]) {
      case kinds.brTable:
        for (let left = this.branchTargets(); left >= 0; left--) this.u32()
        return
      case kinds.selectTyped:
        this.selectType()
        return
      case kinds.memorySize:
      case kinds.memoryGrow:
      case kinds.memoryFill:
        return this.memoryIndex()
      case kinds.memoryCopy:
        this.memoryIndex()
        return this.memoryIndex()
      case kinds.memoryInit:
        this.u32()
        return this.memoryIndex()
      case kinds.refNull:
        return readFunctionHeapType(this)
    }
  }

  /** Steps over code that cannot run, up to the `else` or `end` that closes the block it is in. */
  skipDead(types: readonly FunctionType[]): void {
    let depth = 0
    for (;;) {
      const at = this.pos
      const opcode = this.opcode()
      const kind = opcodeKinds[opcode]
      if (depth === 0 && (kind === kinds.end || kind === kinds.else)) {
        this.pos = at
        return
      }
      if (kind === kinds.end) depth--
      if (kind === kinds.block || kind === kinds.loop || kind === kinds.if) {
        within('nesting', ++depth, at)
      }
      this.skipImmediates(opcode, types)
    }
  }
}
