import type { Reader } from '../module/reader.ts'

/** A signed number in LEB128, of 32 or 64 bits. */
export function readSigned(reader: Reader): bigint {
  let value = 0n
  for (let shift = 0n; ; shift += 7n) {
    const byte = reader.u8()
    value |= BigInt(byte & 0x7f) << shift
    if (byte >= 0x80) continue
    return BigInt.asIntN(Number(shift) + 7, value)
  }
}

/** The same for 32 bits, without going by way of large numbers. */
export function readSigned32(reader: Reader): number {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = reader.u8()
    value |= (byte & 0x7f) << shift
    if (byte >= 0x80) continue
    return shift < 28 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value
  }
}
