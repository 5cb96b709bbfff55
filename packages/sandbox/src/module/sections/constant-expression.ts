// Constant expressions: one constant and `end`. Anything longer is an extension that is refused.
import type { Reader } from '../reader.ts'
import { Refused } from '../rejection.ts'
import type { ByteRange, Constant } from '../shape.ts'

const END = 0x0b

/** Reads a constant expression of any supported type. */
export function readConstant(reader: Reader): Constant {
  const start = reader.pos
  const constant = readOne(reader, start)
  const at = reader.pos
  if (reader.u8() !== END) {
    throw new Refused('FEATURE_EXTENDED_CONST', 'a constant expression of several instructions', at)
  }
  return constant.kind === 'number' ? { kind: 'number', range: { start, end: at } } : constant
}

/** Where an active segment is placed. */
export function readOffset(reader: Reader): ByteRange {
  const at = reader.pos
  const constant = readConstant(reader)
  if (constant.kind !== 'number') {
    throw new Refused('INVALID_MODULE', 'a segment is placed by a reference', at)
  }
  return constant.range
}

function readOne(reader: Reader, start: number): Constant {
  const opcode = reader.u8()
  switch (opcode) {
    case 0x41:
      reader.skipSigned(32)
      break
    case 0x42:
      reader.skipSigned(64)
      break
    case 0x43:
      reader.skip(4)
      break
    case 0x44:
      reader.skip(8)
      break
    case 0xd0:
      readFunctionHeapType(reader)
      return { kind: 'null' }
    case 0xd2:
      return { kind: 'function', index: reader.u32() }
    case 0x23:
      throw new Refused('FEATURE_EXTENDED_CONST', 'a constant that reads a global', start)
    case 0xfd:
      throw new Refused('FEATURE_SIMD', 'a constant of type v128', start)
    case 0xfb:
      throw new Refused('FEATURE_GC', 'a constant of a garbage-collected type', start)
    default:
      throw new Refused('INVALID_MODULE', `0x${opcode.toString(16)} is no constant`, start)
  }
  return { kind: 'number', range: { start, end: reader.pos } }
}

/** The heap type of a null; only that of functions is supported. */
export function readFunctionHeapType(reader: Reader): void {
  const at = reader.pos
  const type = reader.u8()
  if (type === 0x70) return
  if (type === 0x6f) throw new Refused('FEATURE_EXTERNREF', 'a null of type externref', at)
  throw new Refused('FEATURE_GC', `a null of heap type 0x${type.toString(16)}`, at)
}
