// Names bytes while they come, with one leaf of them in memory.
import { createHash } from 'node:crypto'
import { type Cid, codecs, limits, readCid } from '@vcp/protocol'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import type { Manifest } from './manifest.ts'
import { rootOf } from './unixfs.ts'

export interface NamedBlob {
  readonly cid: Cid
  readonly manifest: Manifest
}

export interface LeafHasher {
  update(bytes: Uint8Array): void
  finish(): NamedBlob
}

/** As `tree`: IPFS's name of a file. A file of one leaf has the digest of its bytes for a name. */
export function createTreeHasher(): LeafHasher {
  const { blobLeafBytes } = limits
  const digests: Uint8Array[] = []
  let leaf = createHash('sha256')
  let inLeaf = 0
  let bytes = 0
  return {
    update(chunk) {
      bytes += chunk.length
      for (let at = 0; at < chunk.length; ) {
        // A leaf ends when the next byte comes: the last one may be full too.
        if (inLeaf === blobLeafBytes) {
          digests.push(leaf.digest())
          leaf = createHash('sha256')
          inLeaf = 0
        }
        const part = chunk.subarray(at, at + blobLeafBytes - inLeaf)
        leaf.update(part)
        inLeaf += part.length
        at += part.length
      }
    },
    finish() {
      const last = leaf.digest()
      if (digests.length === 0) return { cid: rawCid(last), manifest: { bytes, leaves: null } }
      const leaves = Buffer.concat([...digests, last])
      return { cid: rootOf(leaves, bytes), manifest: { bytes, leaves } }
    },
  }
}

/** As `whole`: the digest of all bytes. */
export function createWholeHasher(): LeafHasher {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    update(chunk) {
      bytes += chunk.length
      hash.update(chunk)
    },
    finish: () => ({ cid: rawCid(hash.digest()), manifest: { bytes, leaves: null } }),
  }
}

/** Whether all the bytes of a blob without leaves have the digest that its name says. */
export function isWholeRight(cid: Cid, digest: Uint8Array): boolean {
  const parts = readCid(cid)
  return parts.ok && Buffer.compare(parts.value.sha256, digest) === 0
}

function rawCid(digest: Uint8Array): Cid {
  return CID.createV1(codecs.raw, create(0x12, digest)).toString(base32) as Cid
}
