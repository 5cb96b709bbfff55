import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Digest } from '@vcp/protocol'

/** The digest of a stream that only grows; each byte is hashed once, however often it is asked. */
export interface OutputDigest {
  of(written: Uint8Array): Digest
}

export function createOutputDigest(): OutputDigest {
  const state = sha256.create()
  let hashed = 0

  return {
    of(written) {
      state.update(written.subarray(hashed))
      hashed = written.length
      return bytesToHex(state.clone().digest()) as Digest
    },
  }
}
