// The functions that stand behind the original ones: what costs according to a number of the run is
// paid in them, and growing is asked of the host in them.
import { faults } from '../abi.ts'
import { valueTypes } from '../module/value-type.ts'
import { constant, fault, indexed, op, VOID } from './code.ts'
import type { CodeWriter } from './code-writer.ts'
import { dynamicPrices } from './costs.ts'
import type { AddedFunction, Layout } from './layout.ts'

/** How large memory and tables may become. */
export interface Ceilings {
  readonly memoryPages: number
  readonly tableElements: readonly number[]
}

export function writeAddedFunction(
  out: CodeWriter,
  entry: AddedFunction,
  layout: Layout,
  ceilings: Ceilings,
) {
  switch (entry.kind) {
    case 'chargeBytes':
      return writeCharge(out, layout, Math.log2(dynamicPrices.bytesPerGas))
    case 'chargeElements':
      return writeCharge(out, layout, Math.log2(dynamicPrices.elementsPerGas))
    case 'growMemory':
      return writeGrowMemory(out, layout, ceilings.memoryPages)
    case 'growTable':
      return writeGrowTable(out, layout, entry.table, ceilings.tableElements[entry.table]!)
  }
}

/** `(n) => n`, after n / 2^shift gas is paid: stands before an instruction that works n long. */
function writeCharge(out: CodeWriter, layout: Layout, shift: number): void {
  out.u8(0)
  chargeLocal(out, layout, 0, shift)
  indexed(out, op.localGet, 0)
  out.u8(op.end)
}

function chargeLocal(out: CodeWriter, layout: Layout, local: number, shift: number): void {
  indexed(out, op.globalGet, layout.gas)
  indexed(out, op.localGet, local)
  if (shift > 0) {
    constant(out, op.i32Const, shift)
    out.u8(op.i32ShrU)
  }
  out.u8(op.i64ExtendU)
  out.u8(op.i64Sub)
  indexed(out, op.globalSet, layout.gas)
  indexed(out, op.globalGet, layout.gas)
  constant(out, op.i64Const, 0)
  out.u8(op.i64LtS)
  out.unlikely(op.if, VOID)
  indexed(out, op.call, layout.tick)
  out.u8(op.end)
}

/** memory.grow: -1 only above the ceiling; a host that has no memory ends the run instead. */
function writeGrowMemory(out: CodeWriter, layout: Layout, pagesMax: number): void {
  const [delta, before] = [0, 1]
  out.all([1, 1, valueTypes.i32])
  indexed(out, op.localGet, delta)
  out.all([op.memoryGrow, 0])
  unlessRefused(out, before, () => {
    out.all([op.memorySize, 0])
    faultIfWithin(out, layout, delta, pagesMax, faults.memoryGrow)
  })
}

/** table.grow, the elements paid for first. */
function writeGrowTable(out: CodeWriter, layout: Layout, table: number, max: number): void {
  const [value, delta, before] = [0, 1, 2]
  out.all([1, 1, valueTypes.i32])
  chargeLocal(out, layout, delta, Math.log2(dynamicPrices.elementsPerGas))
  indexed(out, op.localGet, value)
  indexed(out, op.localGet, delta)
  out.all([0xfc, 0x0f])
  out.u32(table)
  unlessRefused(out, before, () => {
    out.all([0xfc, 0x10])
    out.u32(table)
    faultIfWithin(out, layout, delta, max, faults.tableGrow)
  })
}

/** Returns what a grow gave; if that is -1, `refused` has a look first. */
function unlessRefused(out: CodeWriter, before: number, refused: () => void): void {
  indexed(out, op.localTee, before)
  constant(out, op.i32Const, -1)
  out.all([op.i32Eq, op.if, VOID])
  refused()
  out.u8(op.end)
  indexed(out, op.localGet, before)
  out.u8(op.end)
}

/** With the present size on the stack: the host's fault if the new size was allowed. */
function faultIfWithin(
  out: CodeWriter,
  layout: Layout,
  delta: number,
  max: number,
  reason: number,
): void {
  out.u8(op.i64ExtendU)
  indexed(out, op.localGet, delta)
  out.all([op.i64ExtendU, op.i64Add])
  constant(out, op.i64Const, max)
  out.all([op.i64LeU, op.if, VOID])
  fault(out, layout, reason)
  out.u8(op.end)
}
