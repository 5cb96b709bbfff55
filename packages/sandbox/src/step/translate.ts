// A body to code: operations with their immediates, branches resolved to addresses. Blocks, loops
// and ends leave nothing behind, so they are no steps; the `else` that is come upon is a branch,
// and the end of a body is a return. Code that cannot run is left out.
import { CodeCursor } from '../module/code-cursor.ts'
import type { NumberList } from '../module/growable.ts'
import { kinds, opcodeKinds, operandCounts, resultTypes } from '../module/opcodes.ts'
import { Reader } from '../module/reader.ts'
import type { ByteRange } from '../module/shape.ts'
import type { FunctionType } from '../module/value-type.ts'
import { immediatesOf, operandEffects } from './immediates.ts'
import { extraOps, unmoved } from './instructions.ts'
import { type FixedRegions, slotBytes, tableFields } from './layout.ts'
import { readSigned, readSigned32 } from './signed.ts'

/** What bodies are translated against, and into. */
export interface TranslationUnit {
  readonly bytes: Uint8Array
  readonly types: readonly FunctionType[]
  /** By function, imported ones first. */
  readonly functionTypes: readonly FunctionType[]
  /** Types that are equal have one number. */
  readonly typeNumbers: readonly number[]
  readonly regions: FixedRegions
  readonly code: NumberList
  /** Where each operation begins in the code, in words, and in the bytes. */
  readonly operations: NumberList
  readonly offsets: NumberList
}

export interface Translated {
  readonly entry: number
  readonly localCount: number
  readonly operandsMax: number
}

interface Block {
  readonly loopAt: number | null
  /** Operands below it. */
  readonly height: number
  readonly type: FunctionType
  /** Words of the code that wait for its end. */
  readonly waiting: number[]
  /** The word that waits for the `else`, if it is an `if`. */
  otherwise: number | null
}

const IF = 0x04
const BR = 0x0c
const BR_IF = 0x0d
const BR_TABLE = 0x0e
const SELECT = 0x1b

export function translate(unit: TranslationUnit, index: number, body: ByteRange): Translated {
  return new BodyTranslation(unit, unit.functionTypes[index]!, body).translated()
}

class BodyTranslation {
  readonly #unit: TranslationUnit
  readonly #cursor: CodeCursor
  readonly #type: FunctionType
  readonly #blocks: Block[] = []
  #localCount = 0
  #height = 0
  #heightMax = 0

  constructor(unit: TranslationUnit, type: FunctionType, body: ByteRange) {
    this.#unit = unit
    this.#cursor = new CodeCursor(unit.bytes, body.start, body.end)
    this.#type = type
  }

  translated(): Translated {
    const entry = this.#here()
    const declared = this.#readLocals()
    this.#localCount = this.#type.params.length + declared
    const type = { params: [], results: this.#type.results }
    this.#blocks.push({ loopAt: null, height: 0, type, waiting: [], otherwise: null })
    while (this.#blocks.length > 0) this.#instruction()
    return { entry, localCount: declared, operandsMax: this.#heightMax }
  }

  #readLocals(): number {
    let declared = 0
    for (let groups = this.#cursor.u32(); groups > 0; groups--) {
      declared += this.#cursor.u32()
      this.#cursor.skip(1)
    }
    return declared
  }

  /** The address that the next word of code will have. */
  #here(): number {
    return this.#unit.regions.codeAt + this.#unit.code.length * 4
  }

  #emit(offset: number, operation: number, ...immediates: number[]): void {
    const { code, operations, offsets } = this.#unit
    operations.push(code.length)
    offsets.push(offset)
    code.push(operation)
    for (const word of immediates) code.push(word)
  }

  #pop(count: number): void {
    this.#height -= count
  }

  #push(count: number): void {
    this.#height += count
    if (this.#height > this.#heightMax) this.#heightMax = this.#height
  }

  #instruction() {
    const cursor = this.#cursor
    const offset = cursor.pos
    const opcode = cursor.opcode()
    switch (opcodeKinds[opcode]) {
      case kinds.memory:
        cursor.skip(1)
        this.#emit(offset, opcode, cursor.u32() | 0)
        this.#pop(operandCounts[opcode]!)
        return this.#push(resultTypes[opcode] === 0 ? 0 : 1)
      case kinds.i32:
        this.#emit(offset, opcode, readSigned32(cursor))
        return this.#push(1)
      case kinds.i64: {
        const value = readSigned(cursor)
        this.#emit(offset, opcode, Number(value & 0xffff_ffffn) | 0, Number(value >> 32n) | 0)
        return this.#push(1)
      }
      case kinds.f32:
      case kinds.f64:
        return this.#float(offset, opcode)
      default:
        return this.#structured(offset, opcode)
    }
  }

  #float(offset: number, opcode: number) {
    const { buffer, byteOffset } = this.#unit.bytes
    const width = opcodeKinds[opcode] === kinds.f64 ? 8 : 4
    const view = new DataView(buffer, byteOffset + this.#cursor.pos, width)
    this.#cursor.skip(width)
    const low = view.getInt32(0, true)
    this.#emit(offset, opcode, ...(width === 8 ? [low, view.getInt32(4, true)] : [low]))
    this.#push(1)
  }

  #structured(offset: number, opcode: number) {
    const cursor = this.#cursor
    switch (opcodeKinds[opcode]) {
      case kinds.block:
      case kinds.loop:
      case kinds.if:
        return this.#open(offset, opcode)
      case kinds.else:
        return this.#else(offset)
      case kinds.end:
        return this.#end(offset)
      case kinds.br:
        this.#branch(offset, cursor.u32(), BR, extraOps.brMove)
        return this.#dead()
      case kinds.brIf:
        this.#pop(1)
        return this.#branch(offset, cursor.u32(), BR_IF, extraOps.brIfMove)
      case kinds.brTable:
        return this.#branchTable(offset)
      case kinds.return:
        this.#return(offset)
        return this.#dead()
      case kinds.unreachable:
        this.#emit(offset, opcode)
        return this.#dead()
      default:
        return this.#simple(offset, opcode)
    }
  }

  #open(offset: number, opcode: number) {
    const type = this.#cursor.blockType(this.#unit.types)
    const isIf = opcodeKinds[opcode] === kinds.if
    if (isIf) {
      this.#pop(1)
      this.#emit(offset, IF, 0)
    }
    const height = this.#height - type.params.length
    const loopAt = opcodeKinds[opcode] === kinds.loop ? this.#here() : null
    const otherwise = isIf ? this.#unit.code.length - 1 : null
    this.#blocks.push({ loopAt, height, type, waiting: [], otherwise })
  }

  #else(offset: number) {
    const block = this.#blocks.at(-1)!
    if (this.#isLive(block)) {
      this.#emit(offset, BR, 0)
      block.waiting.push(this.#unit.code.length - 1)
    }
    this.#patch(block.otherwise!)
    block.otherwise = null
    this.#height = block.height + block.type.params.length
  }

  #end(offset: number) {
    const block = this.#blocks.pop()!
    if (block.otherwise !== null) this.#patch(block.otherwise)
    for (const word of block.waiting) this.#patch(word)
    this.#height = block.height
    this.#push(block.type.results.length)
    if (this.#blocks.length === 0) this.#return(offset)
  }

  /** After code that cannot run, the height is below that of the block. */
  #isLive(block: Block): boolean {
    return this.#height >= block.height
  }

  #dead(): void {
    this.#cursor.skipDead(this.#unit.types)
    this.#height = -1
  }

  #patch(word: number): void {
    this.#unit.code.items[word] = this.#here()
  }

  #branch(offset: number, depth: number, plain: number, moving: number): void {
    const place = this.#placeAfter(depth)
    const carried = this.#carried(depth)
    if (place === unmoved) this.#emit(offset, plain, 0)
    else this.#emit(offset, moving, 0, place, carried * slotBytes)
    this.#aim(depth, this.#unit.code.length - (place === unmoved ? 1 : 3))
  }

  #branchTable(offset: number) {
    this.#pop(1)
    const count = this.#cursor.branchTargets()
    this.#emit(offset, BR_TABLE, count)
    for (let left = count; left >= 0; left--) {
      const depth = this.#cursor.u32()
      const { code } = this.#unit
      for (const word of [0, this.#placeAfter(depth), this.#carried(depth) * slotBytes]) {
        code.push(word)
      }
      this.#aim(depth, code.length - 3)
    }
    this.#dead()
  }

  #target(depth: number): Block {
    return this.#blocks[this.#blocks.length - 1 - depth]!
  }

  #carried(depth: number): number {
    const { loopAt, type } = this.#target(depth)
    return loopAt === null ? type.results.length : type.params.length
  }

  /** Where in the frame the top is after a branch; `unmoved` where it is there already. */
  #placeAfter(depth: number): number {
    const height = this.#target(depth).height + this.#carried(depth)
    return height === this.#height ? unmoved : (this.#localCount + height) * slotBytes
  }

  #aim(depth: number, word: number): void {
    const block = this.#target(depth)
    if (block.loopAt === null) block.waiting.push(word)
    else this.#unit.code.items[word] = block.loopAt
  }

  #return(offset: number): void {
    const saved = this.#localCount * slotBytes
    const count = this.#type.results.length
    if (count === 0) this.#emit(offset, extraOps.return0, saved)
    else if (count === 1) this.#emit(offset, extraOps.return1, saved)
    else this.#emit(offset, extraOps.returnMany, saved, count * slotBytes)
  }

  #simple(offset: number, opcode: number) {
    const { functionTypes, types, typeNumbers, regions } = this.#unit
    const cursor = this.#cursor
    const kind = opcodeKinds[opcode]!
    if (kind === kinds.callIndirect) {
      const type = cursor.u32()
      const table = regions.tablesAt + cursor.u32() * tableFields.bytes
      this.#emit(offset, opcode, typeNumbers[type]!, table)
      return this.#called(1, types[type]!)
    }
    const start = cursor.pos
    const immediates = immediatesOf(cursor, opcode, regions)
    this.#emit(offset, kind === kinds.selectTyped ? SELECT : opcode, ...immediates)
    if (kind === kinds.call) {
      const index = new Reader(this.#unit.bytes, start).u32()
      return this.#called(0, functionTypes[index]!)
    }
    const [taken, given] = operandEffects[kind] ?? [
      operandCounts[opcode]!,
      resultTypes[opcode] === 0 ? 0 : 1,
    ]
    this.#pop(taken)
    this.#push(given)
  }

  #called(extra: number, { params, results }: FunctionType): void {
    this.#pop(extra + params.length)
    this.#push(results.length)
  }
}
