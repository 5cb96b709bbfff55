// How RISC Zero hashes what has parts: a digest of the tag, the digests of the parts, numbers of 32
// bits, and how many parts there are, the numbers with their lowest byte first.
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

export const zeroDigest = new Uint8Array(32)

export function taggedDigest(
  tag: string,
  parts: readonly Uint8Array[],
  numbers: readonly number[] = [],
): Uint8Array {
  const rest = new DataView(new ArrayBuffer(numbers.length * 4 + 2))
  for (const [i, number] of numbers.entries()) rest.setUint32(i * 4, number, true)
  rest.setUint16(numbers.length * 4, parts.length, true)
  return sha256(concatBytes(sha256(utf8ToBytes(tag)), ...parts, new Uint8Array(rest.buffer)))
}
