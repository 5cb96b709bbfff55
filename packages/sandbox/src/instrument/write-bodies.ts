// The second pass over the code: copies each function, with what metering adds at the marks.
import { CodeCursor } from '../module/code-cursor.ts'
import { kinds, opcodeKinds, opcodeNames } from '../module/opcodes.ts'
import type { ModuleShape } from '../module/shape.ts'
import { indexed, op } from './code.ts'
import type { CodeWriter } from './code-writer.ts'
import { type GasPlan, gasModes } from './gas-plan.ts'
import { Labels } from './labels.ts'
import type { Layout } from './layout.ts'
import { marks } from './marks.ts'
import { Meter } from './meter.ts'
import type { ScanResult } from './scan-result.ts'

/** What is decided about a module before it is written. */
export interface WritePlan {
  readonly shape: ModuleShape
  readonly scan: ScanResult
  readonly layout: Layout
  readonly gas: GasPlan
  readonly stackUnits: Int32Array
  readonly trace: boolean
}

/** Instructions without immediates that may trap. */
const opcodeTraps = Uint8Array.from(opcodeNames, (name) =>
  /^i(32|64)\.(div|rem|trunc_f)/.test(name) ? 1 : 0,
)

/** Writes the bodies of all original functions, each with its size. */
export function writeBodies(plan: WritePlan, out: CodeWriter): void {
  const writer = new BodyWriter(plan, out)
  for (let index = 0; index < plan.shape.functions.length; index++) writer.write(index)
}

class BodyWriter {
  readonly #plan: WritePlan
  readonly #out: CodeWriter
  readonly #cursor: CodeCursor
  readonly #marks: Uint8Array
  readonly #meter: Meter
  readonly #labels = new Labels()
  /** The next region of the module. */
  #region = 0
  /** Whether the present place can be reached. */
  #live = true
  /** What was read but not yet written begins here. */
  #copyFrom = 0
  /** Where the instruction before the present one begins. */
  #previous = 0

  constructor(plan: WritePlan, out: CodeWriter) {
    this.#plan = plan
    this.#out = out
    this.#cursor = new CodeCursor(plan.shape.bytes)
    this.#marks = plan.scan.marks
    this.#meter = new Meter(out, plan.layout, plan.trace)
  }

  write(index: number): void {
    const { shape, scan, stackUnits, gas } = this.#plan
    const cursor = this.#cursor
    const body = shape.bodies[index]!
    cursor.pos = body.start
    cursor.end = body.end
    this.#labels.begin()
    this.#live = true
    this.#out.beginBody()
    this.#locals(
      this.#meter.begin({
        type: shape.types[shape.functions[index]!]!,
        localCount: scan.localCounts[index]!,
        flags: scan.flags[index]!,
        gasMode: gas.modes[index]!,
        checksGas: gas.checks[index] === 1,
        stackUnits: stackUnits[index]!,
      }),
    )
    // The first region is part of entering; its mark is used up.
    this.#marks[cursor.pos]! &= ~marks.charge
    this.#meter.enter(this.#nextPrice())
    while (cursor.pos < body.end) this.#instruction()
    this.#flush(body.end)
    this.#meter.leave()
    this.#out.endBody()
  }

  #locals(added: readonly number[]): void {
    const cursor = this.#cursor
    const groups = cursor.u32()
    const start = cursor.pos
    for (let group = 0; group < groups; group++) {
      cursor.u32()
      cursor.u8()
    }
    this.#out.u32(groups + added.length)
    this.#out.copy(cursor.bytes, start, cursor.pos)
    for (const type of added) this.#out.all([1, type])
    this.#copyFrom = cursor.pos
    this.#previous = cursor.pos
  }

  #nextPrice(): number {
    return this.#plan.scan.regionCosts.items[this.#region++]!
  }

  /** Writes what was read up to an offset. */
  #flush(to: number): void {
    if (this.#copyFrom < to) this.#out.copy(this.#cursor.bytes, this.#copyFrom, to)
    this.#copyFrom = to
  }

  #instruction(): void {
    const cursor = this.#cursor
    const at = cursor.pos
    const mark = this.#marks[at]!
    if (mark !== 0 && this.#atMark(mark, at)) return
    const opcode = cursor.opcode()
    switch (opcodeKinds[opcode]) {
      case kinds.plain:
        if (opcodeTraps[opcode] === 1) this.#writeMeter(at)
        break
      case kinds.localGet:
      case kinds.localSet:
      case kinds.localTee:
        cursor.u32()
        break
      case kinds.memory:
        cursor.memoryOperand()
        if ((mark & marks.storesNan) !== 0) this.#store(mark, at)
        break
      case kinds.i32:
        cursor.skipSigned(32)
        break
      default:
        this.#other(opcode, at, mark)
    }
    this.#previous = at
  }

  #other(opcode: number, at: number, mark: number): void {
    const { shape } = this.#plan
    const cursor = this.#cursor
    const kind = opcodeKinds[opcode]!
    switch (kind) {
      case kinds.block:
      case kinds.if:
        cursor.blockType(shape.types)
        this.#labels.push(kind, false, this.#meter.written)
        break
      case kinds.loop:
        this.#loop(at, mark)
        break
      case kinds.else:
        if (this.#live) this.#labels.arrive(this.#meter.written)
        this.#meter.written = this.#labels.otherwise()
        this.#live = true
        break
      case kinds.end:
        this.#end()
        break
      case kinds.br:
      case kinds.brIf:
        this.#branch(at, opcode)
        break
      case kinds.brTable:
        this.#branchTable(at)
        break
      case kinds.unreachable:
        this.#writeMeter(at)
        break
      default:
        if (kind >= kinds.return) this.#maybeChanged(kind, opcode, at)
        else cursor.skipImmediates(opcode, shape.types)
    }
  }

  /**
   * An innermost loop gets a second one around it, in which the host is asked: V8 unrolls only
   * loops without calls. It is traced once: how often it ran is in the gas.
   */
  #loop(at: number, mark: number): void {
    const cursor = this.#cursor
    const { params } = cursor.blockType(this.#plan.shape.types)
    const innermost = (mark & marks.outer) === 0
    const wrapped = innermost && params.length === 0
    this.#labels.push(kinds.loop, wrapped, true)
    this.#flush(at)
    if (innermost) this.#meter.trace()
    if (wrapped) {
      this.#out.copy(cursor.bytes, at, cursor.pos)
      this.#meter.beforeIterations()
    }
    this.#flush(cursor.pos)
    this.#marks[cursor.pos]! &= ~marks.charge
    this.#meter.iteration(this.#nextPrice(), wrapped)
    if (!innermost) this.#meter.trace()
  }

  #end(): void {
    const labels = this.#labels
    if (this.#live) labels.arrive(this.#meter.written)
    this.#meter.written = labels.writtenAtEnd
    this.#live = true
    if (labels.depth === 0) return
    this.#flush(this.#cursor.pos)
    if (labels.pop()) this.#out.u8(op.end)
  }

  #branch(at: number, opcode: number): void {
    const label = this.#cursor.u32()
    this.#labels.branch(label, this.#meter.written)
    const written = this.#labels.map(label)
    if (written !== label) this.#replace(at, opcode, written)
  }

  #branchTable(at: number): void {
    const cursor = this.#cursor
    const labels = this.#labels
    const count = cursor.branchTargets()
    this.#flush(at)
    indexed(this.#out, op.brTable, count)
    for (let index = 0; index <= count; index++) {
      const label = cursor.u32()
      labels.branch(label, this.#meter.written)
      this.#out.u32(labels.map(label))
    }
    this.#copyFrom = cursor.pos
  }

  /** Whether the place was dead and is left behind. */
  #atMark(mark: number, at: number): boolean {
    if ((mark & (marks.nanF32 | marks.nanF64)) !== 0) this.#canonical(mark, at)
    if ((mark & marks.charge) !== 0) {
      this.#flush(at)
      this.#meter.region(this.#nextPrice())
    }
    if ((mark & marks.dead) === 0) return false
    this.#flush(at)
    if ((mark & marks.unreachable) !== 0) this.#out.u8(op.unreachable)
    this.#cursor.skipDead(this.#plan.shape.types)
    this.#copyFrom = this.#cursor.pos
    this.#live = false
    // Where nothing was left out, the `else` or `end` stands here and must be read next.
    this.#marks[at]! = 0
    return true
  }

  #canonical(marked: number, at: number): void {
    const mark = marked & (marks.nanF32 | marks.nanF64)
    const opcode = this.#cursor.bytes[this.#previous]
    if (opcode !== op.localGet && opcode !== op.localTee) {
      this.#flush(at)
      this.#meter.canonical(mark)
      return
    }
    const local = this.#immediateAt(this.#previous + 1)
    this.#flush(this.#previous)
    if (opcode === op.localTee) indexed(this.#out, op.localSet, local)
    this.#meter.canonicalLocal(mark, local)
    indexed(this.#out, op.localGet, local)
    this.#copyFrom = at
  }

  #store(mark: number, at: number): void {
    const { bytes, pos } = this.#cursor
    const alone = mark === marks.storesNan && bytes[this.#previous] === op.localGet
    const source = alone ? this.#immediateAt(this.#previous + 1) : null
    this.#flush(alone ? this.#previous : at)
    this.#meter.storeCanonical(bytes.subarray(at, pos), source)
    this.#copyFrom = pos
  }

  #immediateAt(offset: number): number {
    const cursor = this.#cursor
    const { pos } = cursor
    cursor.pos = offset
    const index = cursor.u32()
    cursor.pos = pos
    return index
  }

  #maybeChanged(kind: number, opcode: number, at: number): void {
    const { layout, shape } = this.#plan
    const cursor = this.#cursor
    switch (kind) {
      case kinds.return:
        this.#return(at)
        break
      case kinds.call:
        this.#call(at, cursor.u32())
        break
      case kinds.callIndirect:
        this.#writeMeter(at)
        cursor.skipImmediates(opcode, shape.types)
        this.#readMeter()
        break
      case kinds.tableGet:
      case kinds.tableSet:
        this.#writeMeter(at)
        cursor.skipImmediates(opcode, shape.types)
        break
      case kinds.refFunc:
        this.#replace(at, op.refFunc, layout.functionIndex(cursor.u32()))
        break
      case kinds.memoryGrow:
        cursor.memoryIndex()
        this.#replace(at, op.call, layout.growMemory)
        break
      case kinds.tableGrow: {
        const grow = layout.growTable.get(cursor.u32())!
        this.#writeMeter(at)
        this.#replace(at, op.call, grow)
        this.#meter.read()
        break
      }
      default:
        cursor.skipImmediates(opcode, shape.types)
        this.#chargedBefore(kind, at)
    }
  }

  #return(at: number): void {
    if (!this.#meter.isFramed) return
    const labels = this.#labels
    labels.branch(labels.depth, this.#meter.written)
    this.#replace(at, op.br, labels.map(labels.depth))
  }

  /** Instructions that stay as they are, but have gas charged before. */
  #chargedBefore(kind: number, at: number): void {
    const { layout } = this.#plan
    const bytes =
      kind === kinds.memoryCopy || kind === kinds.memoryFill || kind === kinds.memoryInit
    const elements =
      kind === kinds.tableCopy || kind === kinds.tableFill || kind === kinds.tableInit
    if (!bytes && !elements) return
    this.#writeMeter(at)
    this.#flush(at)
    indexed(this.#out, op.call, bytes ? layout.chargeBytes : layout.chargeElements)
    this.#meter.read()
  }

  #call(at: number, callee: number): void {
    const { shape, layout, gas } = this.#plan
    const imports = shape.imports.length
    const free = callee >= imports && gas.modes[callee - imports] === gasModes.free
    if (!free) this.#writeMeter(at)
    if (callee >= imports) this.#replace(at, op.call, layout.functionIndex(callee))
    if (!free) this.#readMeter()
  }

  #writeMeter(at: number): void {
    if (this.#meter.written) return
    this.#flush(at)
    this.#meter.write()
  }

  #readMeter(): void {
    this.#flush(this.#cursor.pos)
    this.#meter.read()
  }

  /** Writes another instruction for the one that was just read. */
  #replace(at: number, opcode: number, index: number): void {
    this.#flush(at)
    indexed(this.#out, opcode, index)
    this.#copyFrom = this.#cursor.pos
  }
}
