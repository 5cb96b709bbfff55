// The bytes of the instructions that are added, and the few sequences they come in.
import type { ByteWriter } from '../module/byte-writer.ts'
import type { CodeWriter } from './code-writer.ts'
import type { Layout } from './layout.ts'
import { marks } from './marks.ts'

export const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  f32Store: 0x38,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i64LtS: 0x53,
  i64LeU: 0x58,
  f32Ge: 0x60,
  f64Ge: 0x66,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32ShrU: 0x76,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Rotl: 0x89,
  i64ExtendU: 0xad,
  refFunc: 0xd2,
} as const

export const VOID = 0x40

// The NaN that every other of unfixed bits becomes: quiet, positive, nothing else set.
const canonicalF32 = [0x43, 0x00, 0x00, 0xc0, 0x7f]
const canonicalF64 = [0x44, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf8, 0x7f]

/** An instruction and its index. */
export function indexed(out: ByteWriter, opcode: number, index: number): void {
  out.u8(opcode)
  out.u32(index)
}

export function constant(out: ByteWriter, opcode: number, value: number): void {
  out.u8(opcode)
  out.s32(value)
}

export function canonicalNan(out: ByteWriter, mark: number): void {
  out.all(mark === marks.nanF32 ? canonicalF32 : canonicalF64)
}

/**
 * With a value on the stack twice: `if (!(x >= x)) {`, which the caller closes. On x86-64 it is one
 * jump; `x != x` would be two.
 */
export function ifNan(out: CodeWriter, mark: number): void {
  out.all([mark === marks.nanF32 ? op.f32Ge : op.f64Ge, op.i32Eqz])
  out.unlikely(op.if, VOID)
}

/** With the value of a local on the stack twice: the canonical NaN for any other in it. */
export function replaceNan(out: CodeWriter, mark: number, local: number): void {
  ifNan(out, mark)
  canonicalNan(out, mark)
  indexed(out, op.localSet, local)
  out.u8(op.end)
}

/** Ends the run in a way that names its reason. */
export function fault(out: ByteWriter, layout: Layout, reason: number): void {
  constant(out, op.i32Const, reason)
  indexed(out, op.globalSet, layout.fault)
  out.u8(op.unreachable)
}
