// What a receipt of RISC Zero claims, as one digest: that the program of this image halted with
// exit code 0 and wrote this journal, without assuming any other receipt.
import { sha256 } from '@noble/hashes/sha2.js'
import { taggedDigest, zeroDigest } from './tagged-digest.ts'

/** `imageId` is the digest of the machine's state before the program's first instruction. */
export function claimDigest(imageId: Uint8Array, journal: Uint8Array): Uint8Array {
  const halted = taggedDigest('risc0.SystemState', [zeroDigest], [0])
  const noAssumptions = zeroDigest
  const output = taggedDigest('risc0.Output', [sha256(journal), noAssumptions])
  const noInput = zeroDigest
  // Then how it ended: 0 is "halted", and 0 is the exit code.
  return taggedDigest('risc0.ReceiptClaim', [noInput, imageId, halted, output], [0, 0])
}
