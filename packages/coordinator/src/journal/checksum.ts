// Checksums of what is stored: against bits that storage flips and rows that change places, not
// against people. What holds against people is the Merkle tree and its signed head.
import { crc32 } from 'node:zlib'
import { VcpError } from '@vcp/protocol'

/** CRC-32 over the place of a row and its bytes, so that a row in another's place shows. */
export function checksumOf(place: number, ...parts: readonly Uint8Array[]): number {
  const seed = crc32(Buffer.from(String(place)))
  return parts.reduce((value, part) => crc32(part, value), seed)
}

/** Throws JOURNAL_CORRUPT where a row is not what was stored. */
export function verifyRow(
  what: string,
  place: number,
  parts: readonly Uint8Array[],
  checksum: number,
): void {
  if (checksumOf(place, ...parts) !== checksum) throw corrupt(place, `${what} is damaged`)
}

export function corrupt(index: number, what: string): VcpError {
  return new VcpError('JOURNAL_CORRUPT', {
    message: `the journal cannot be trusted: ${what}`,
    details: { index },
  })
}
