// Checksums of what is stored: against bits that storage flips and rows that change places, not
// against people. What holds against people is the Merkle tree and its signed head.
import { crc32 } from 'node:zlib'
import { VcpError } from '@vcp/protocol'

/** CRC-32 that begins with the place of what it covers: what lies in another's place shows. */
export function checksumOf(place: number, bytes: Uint8Array): number {
  return crc32(bytes, place % 2 ** 32)
}

/** Throws JOURNAL_CORRUPT where a row is not what was stored. */
export function verifyRow(what: string, place: number, bytes: Uint8Array, checksum: number): void {
  if (checksumOf(place, bytes) !== checksum) throw corrupt(place, `${what} is damaged`)
}

export function corrupt(index: number, what: string): VcpError {
  return new VcpError('JOURNAL_CORRUPT', {
    message: `the journal cannot be trusted: ${what}`,
    details: { index },
  })
}
