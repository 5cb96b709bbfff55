// Values as the 64 bits of a slot, and back as JavaScript has them.
import { valueTypes } from '../module/value-type.ts'

const scratch = new DataView(new ArrayBuffer(8))

/** The short types with zeros above. */
export function slotOf(type: number, value: number | bigint): bigint {
  switch (type) {
    case valueTypes.i32:
      return BigInt.asUintN(32, BigInt(Number(value) | 0))
    case valueTypes.i64:
      return BigInt.asUintN(64, BigInt(value))
    case valueTypes.f32:
      scratch.setFloat32(0, Number(value))
      return BigInt(scratch.getUint32(0))
    default:
      scratch.setFloat64(0, Number(value))
      return scratch.getBigUint64(0)
  }
}

/** Integers are signed; a reference is the address that it is. */
export function numberOf(type: number, slot: bigint): number | bigint {
  switch (type) {
    case valueTypes.i64:
      return BigInt.asIntN(64, slot)
    case valueTypes.f32:
      scratch.setUint32(0, Number(BigInt.asUintN(32, slot)))
      return scratch.getFloat32(0)
    case valueTypes.f64:
      scratch.setBigUint64(0, BigInt.asUintN(64, slot))
      return scratch.getFloat64(0)
    default:
      return Number(BigInt.asIntN(32, slot))
  }
}
