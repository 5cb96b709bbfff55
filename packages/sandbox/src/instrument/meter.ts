// Writes what metering adds to one function: at its beginning and end, where a region begins, at
// loops, and where a NaN becomes canonical.
//
// Where a function has several regions its gas is held in a local. It is written to the global
// before whatever could look there: a call, a return, an instruction that may trap but is no access
// to memory; and at each iteration, so that a trap in a long loop finds it paid. After a call it is
// read again. Before each access to memory it would cost as much as all the rest.
import { faults } from '../abi.ts'
import { type FunctionType, valueTypes } from '../module/value-type.ts'
import { canonicalNan, constant, fault, ifNan, indexed, op, replaceNan, VOID } from './code.ts'
import type { CodeWriter } from './code-writer.ts'
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
  readonly #out: CodeWriter
  readonly #layout: Layout
  readonly #trace: boolean
  /** Whether the global holds what the local holds. */
  written = true
  /** The next number of a place that the control digest tells apart. */
  #traceId = 1
  #plan!: FunctionPlan
  #gas = 0
  #stack = 0
  #address = 0
  #float32 = 0
  #float64 = 0

  constructor(out: CodeWriter, layout: Layout, trace: boolean) {
    this.#out = out
    this.#layout = layout
    this.#trace = trace
  }

  /** Begins a function. Answers the types of the locals it needs. */
  begin(plan: FunctionPlan): number[] {
    this.#plan = plan
    this.written = true
    const types: number[] = []
    const add = (wanted: boolean, type: number) =>
      wanted ? plan.localCount + types.push(type) - 1 : 0
    const has = (flag: number) => (plan.flags & flag) !== 0
    this.#gas = add(this.#keepsGas, valueTypes.i64)
    this.#stack = add(plan.stackUnits > 0, valueTypes.i32)
    this.#address = add(has(functionFlags.storesNan), valueTypes.i32)
    this.#float32 = add(has(functionFlags.nanF32), valueTypes.f32)
    this.#float64 = add(has(functionFlags.nanF64), valueTypes.f64)
    return types
  }

  get #keepsGas(): boolean {
    return this.#plan.gasMode === gasModes.local
  }

  /** Whether all ways out of the function lead through `leave`. */
  get isFramed(): boolean {
    return this.#keepsGas || this.#plan.stackUnits > 0
  }

  /** What a function does before its first instruction. */
  enter(gas: number): void {
    const { gasMode, checksGas, stackUnits } = this.#plan
    if (gasMode !== gasModes.free) {
      if (this.#keepsGas) this.read()
      this.#charge(gas)
      if (checksGas) this.#checkGas()
      this.trace()
    }
    if (stackUnits > 0) this.#count(stackUnits)
    if (this.isFramed) this.#openFrame()
  }

  #count(units: number): void {
    const out = this.#out
    const { written } = this
    const { stack } = this.#layout
    indexed(out, op.globalGet, stack)
    constant(out, op.i32Const, units)
    out.u8(op.i32Sub)
    indexed(out, op.localTee, this.#stack)
    indexed(out, op.globalSet, stack)
    indexed(out, op.localGet, this.#stack)
    constant(out, op.i32Const, 0)
    out.u8(op.i32LtS)
    out.unlikely(op.if, VOID)
    this.write()
    fault(out, this.#layout, faults.stack)
    out.u8(op.end)
    this.written = written
  }

  /** Begins the block around a body. */
  #openFrame(): void {
    const { results } = this.#plan.type
    this.#out.u8(op.block)
    if (results.length === 0) this.#out.u8(VOID)
    else if (results.length === 1) this.#out.u8(results[0]!)
    else this.#out.u32(this.#layout.resultBlocks.get(this.#plan.type)!)
  }

  /** Behind the `end` of the body. */
  leave(): void {
    if (!this.isFramed) return
    const { stackUnits } = this.#plan
    const out = this.#out
    this.write()
    if (stackUnits > 0) {
      indexed(out, op.localGet, this.#stack)
      constant(out, op.i32Const, stackUnits)
      out.u8(op.i32Add)
      indexed(out, op.globalSet, this.#layout.stack)
    }
    out.u8(op.end)
  }

  /** A region begins that is neither the first of its function nor that of a loop. */
  region(gas: number): void {
    this.#charge(gas)
  }

  /** In front of a loop, or of one more around it: where an iteration goes that has run out. */
  beforeIterations(): void {
    this.written = false
    this.#checkGas()
  }

  /** At the beginning of an iteration: the gas that was charged so far, then that of the loop. */
  iteration(gas: number, wrapped: boolean): void {
    // As little as on the ways back to here.
    this.written = false
    if (wrapped) {
      this.#pushIsSpent()
      this.#out.unlikely(op.brIf, 1)
    } else this.#checkGas()
    this.#charge(gas)
    this.write()
  }

  /** Before something looks at the global. */
  write(): void {
    if (this.written) return
    indexed(this.#out, op.localGet, this.#gas)
    indexed(this.#out, op.globalSet, this.#layout.gas)
    this.written = true
  }

  /** After something may have changed the global. */
  read(): void {
    if (!this.#keepsGas) return
    indexed(this.#out, op.globalGet, this.#layout.gas)
    indexed(this.#out, op.localSet, this.#gas)
    this.written = true
  }

  /** Asks the host if less than nothing is left. */
  #checkGas(): void {
    const out = this.#out
    const { written } = this
    this.#pushIsSpent()
    out.unlikely(op.if, VOID)
    this.write()
    indexed(out, op.call, this.#layout.tick)
    this.read()
    out.u8(op.end)
    this.written = written
  }

  #pushIsSpent(): void {
    this.#pushGas()
    constant(this.#out, op.i64Const, 0)
    this.#out.u8(op.i64LtS)
  }

  #charge(gas: number): void {
    if (gas === 0) return
    const out = this.#out
    this.#pushGas()
    constant(out, op.i64Const, gas)
    out.u8(op.i64Sub)
    if (this.#keepsGas) {
      indexed(out, op.localSet, this.#gas)
      this.written = false
    } else indexed(out, op.globalSet, this.#layout.gas)
  }

  #pushGas(): void {
    if (this.#keepsGas) indexed(this.#out, op.localGet, this.#gas)
    else indexed(this.#out, op.globalGet, this.#layout.gas)
  }

  /** digest = rotl(digest + number of this place, 13) */
  trace(): void {
    if (!this.#trace) return
    const out = this.#out
    const { trace } = this.#layout
    indexed(out, op.globalGet, trace)
    constant(out, op.i64Const, this.#traceId++)
    out.u8(op.i64Add)
    constant(out, op.i64Const, 13)
    out.u8(op.i64Rotl)
    indexed(out, op.globalSet, trace)
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
    ifNan(out, mark)
    indexed(out, op.localGet, this.#address)
    canonicalNan(out, mark)
    out.all(store)
    out.u8(op.end)
  }

  #floatLocal(mark: number): number {
    return mark === marks.nanF32 ? this.#float32 : this.#float64
  }
}
