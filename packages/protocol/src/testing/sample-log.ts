// A log of 300 leaves, no two alike, with its roots at every size.
import { leafHash, merkleRoot } from '../merkle.ts'

export const leaves = Array.from({ length: 300 }, (_, i) => {
  return Uint8Array.of(i >> 8, i & 255, ...new Uint8Array(i % 5))
})
export const hashes = leaves.map((leaf) => leafHash(leaf))
export const roots = Array.from({ length: 301 }, (_, size) => merkleRoot(hashes.slice(0, size)))

/** The same bytes but for one bit. */
export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
}
