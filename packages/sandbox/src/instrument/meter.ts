// Writes what metering adds to one function: at its beginning and end, where a region begins, at
// loops, and where a NaN becomes canonical.
//
// Gas is held in a local where a function has several regions, and written through to the global at
// once, so that nothing is lost when the module traps. What is called in between charges the
// global: the local is stale then, and the next charge takes the global instead.
import { faults } from '../abi.ts'
import type { ByteWriter } from '../module/byte-writer.ts'
import { type FunctionType, valueTypes } from '../module/value-type.ts'
import {
  canonicalNan,
  constant,
  fault,
  indexed,
  op,
  replaceNan,
  tickIfNegative,
  VOID,
} from './code.ts'
import { gasModes } from './gas-plan.ts'
import type { Layout } from './layout.ts'
import { marks } from './marks.ts'
import { functionFlags } from './scan-result.ts'

/** How one function is metered. */
export interface FunctionPlan {
  readonly type: FunctionType
  readonly localCount: number
  readonly flags: number
  readonly gasMode: number
  readonly checksGas: boolean
  /** Stack units, 0 if none are counted. */
  readonly stackUnits: number
}

export class Meter {
  readonly #out: ByteWriter
  readonly #layout: Layout
  readonly #trace: boolean
  /** Whether the local holds what the global holds. */
  fresh = false
  /** The next number of a place that the control digest tells apart. */
  #traceId = 1
  #plan!: FunctionPlan
  #gas = 0
  #stack = 0
  #address = 0
  #float32 = 0
  #float64 = 0

  constructor(out: ByteWriter, layout: Layout, trace: boolean) {
    this.#out = out
    this.#layout = layout
    this.#trace = trace
  }

  /** Begins a function. Answers the types of the locals it needs. */
  begin(plan: FunctionPlan): number[] {
    this.#plan = plan
    this.fresh = false
    const types: number[] = []
    const add = (wanted: boolean, type: number) =>
      wanted ? plan.localCount + types.push(type) - 1 : 0
    const has = (flag: number) => (plan.flags & flag) !== 0
    this.#gas = add(plan.gasMode === gasModes.local, valueTypes.i64)
    this.#stack = add(plan.stackUnits > 0, valueTypes.i32)
    this.#address = add(has(functionFlags.storesNan), valueTypes.i32)
    this.#float32 = add(has(functionFlags.nanF32), valueTypes.f32)
    this.#float64 = add(has(functionFlags.nanF64), valueTypes.f64)
    return types
  }

  get keepsGas(): boolean {
    return this.#plan.gasMode === gasModes.local
  }

  /** What a function does before its first instruction. */
  enter(gas: number): void {
    const { gasMode, checksGas, stackUnits } = this.#plan
    if (gasMode !== gasModes.free) {
      this.#charge(gas)
      if (checksGas) this.checkGas()
      this.#traceHere()
    }
    if (stackUnits > 0) this.#enterCounted(stackUnits)
  }

  #enterCounted(units: number): void {
    const out = this.#out
    const { stack } = this.#layout
    indexed(out, op.globalGet, stack)
    constant(out, op.i32Const, units)
    out.u8(op.i32Sub)
    indexed(out, op.localTee, this.#stack)
    indexed(out, op.globalSet, stack)
    indexed(out, op.localGet, this.#stack)
    constant(out, op.i32Const, 0)
    out.all([op.i32LtS, op.if, VOID])
    fault(out, this.#layout, faults.stack)
    out.all([op.end, op.block])
    this.#resultType()
  }

  /** The type of the block around a counted body. */
  #resultType(): void {
    const { results } = this.#plan.type
    if (results.length === 0) this.#out.u8(VOID)
    else if (results.length === 1) this.#out.u8(results[0]!)
    else this.#out.u32(this.#layout.resultBlocks.get(this.#plan.type)!)
  }

  /** Behind the `end` of the body. */
  leave(): void {
    const { stackUnits } = this.#plan
    if (stackUnits === 0) return
    const out = this.#out
    indexed(out, op.localGet, this.#stack)
    constant(out, op.i32Const, stackUnits)
    out.u8(op.i32Add)
    indexed(out, op.globalSet, this.#layout.stack)
    out.u8(op.end)
  }

  /** A region begins that is neither the first of its function nor that of a loop. */
  region(gas: number): void {
    this.#charge(gas)
  }

  /** In front of a loop. In its body the local may be stale at every iteration, or never. */
  beforeLoop(callsInside: boolean): void {
    if (!this.keepsGas) return
    if (callsInside) this.fresh = false
    else if (!this.fresh) {
      indexed(this.#out, op.globalGet, this.#layout.gas)
      indexed(this.#out, op.localSet, this.#gas)
      this.fresh = true
    }
  }

  /** At the beginning of an iteration: the gas that was charged so far, then that of the loop. */
  iteration(gas: number, wrapped: boolean): void {
    if (wrapped) {
      this.#pushGas()
      constant(this.#out, op.i64Const, 0)
      this.#out.all([op.i64LtS, op.brIf, 1])
    } else this.checkGas()
    this.#charge(gas)
    this.#traceHere()
  }

  /** Asks the host if less than nothing is left. */
  checkGas(): void {
    this.#pushGas()
    tickIfNegative(this.#out, this.#layout)
    if (this.keepsGas) {
      indexed(this.#out, op.globalGet, this.#layout.gas)
      indexed(this.#out, op.localSet, this.#gas)
    }
    this.#out.u8(op.end)
  }

  #charge(gas: number): void {
    if (gas === 0) return
    const out = this.#out
    this.#pushGas()
    constant(out, op.i64Const, gas)
    out.u8(op.i64Sub)
    if (this.keepsGas) indexed(out, op.localTee, this.#gas)
    indexed(out, op.globalSet, this.#layout.gas)
    this.fresh = this.keepsGas
  }

  /** Leaves what is left on the stack, and the local fresh if there is one. */
  #pushGas(): void {
    if (this.fresh) {
      indexed(this.#out, op.localGet, this.#gas)
      return
    }
    indexed(this.#out, op.globalGet, this.#layout.gas)
    if (this.keepsGas) indexed(this.#out, op.localTee, this.#gas)
    this.fresh = this.keepsGas
  }

  /** digest = rotl(digest + number of this place, 13) */
  #traceHere(): void {
    if (!this.#trace) return
    const out = this.#out
    indexed(out, op.globalGet, this.#layout.trace)
    constant(out, op.i64Const, this.#traceId++)
    out.u8(op.i64Add)
    constant(out, op.i64Const, 13)
    out.u8(op.i64Rotl)
    indexed(out, op.globalSet, this.#layout.trace)
  }

  /** Makes the float on top of the stack canonical if it is a NaN. */
  canonical(mark: number): void {
    const local = this.#floatLocal(mark)
    indexed(this.#out, op.localTee, local)
    indexed(this.#out, op.localGet, local)
    replaceNan(this.#out, mark, local)
    indexed(this.#out, op.localGet, local)
  }

  /** Makes the float in a local canonical if it is a NaN. */
  canonicalLocal(mark: number, local: number): void {
    indexed(this.#out, op.localGet, local)
    indexed(this.#out, op.localGet, local)
    replaceNan(this.#out, mark, local)
  }

  /**
   * Stores the float on top of the stack, and a canonical one over it if it is a NaN: so the check
   * is beside the way of the value, not in it. `store` is the whole instruction.
   */
  storeCanonical(store: Uint8Array, source: number | null): void {
    const out = this.#out
    const single = store[0] === op.f32Store
    const mark = single ? marks.nanF32 : marks.nanF64
    const local = source ?? this.#floatLocal(mark)
    if (source === null) indexed(out, op.localSet, local)
    indexed(out, op.localTee, this.#address)
    indexed(out, op.localGet, local)
    out.all(store)
    indexed(out, op.localGet, local)
    indexed(out, op.localGet, local)
    out.all([single ? op.f32Ne : op.f64Ne, op.if, VOID])
    indexed(out, op.localGet, this.#address)
    canonicalNan(out, mark)
    out.all(store)
    out.u8(op.end)
  }

  #floatLocal(mark: number): number {
    return mark === marks.nanF32 ? this.#float32 : this.#float64
  }
}
