// Content identifiers as IPFS writes them: CIDv1, SHA-256, base32.
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import type { Cid, Digest } from './ids.ts'
import { type Outcome, pass, refuse } from './outcome.ts'

const SHA_256 = 0x12

/** What a blob's bytes are: plain bytes, a tree of chunks (UnixFS), or canonical data of ours. */
export const codecs = { raw: 0x55, 'dag-pb': 0x70, 'dag-cbor': 0x71 } as const
export type CodecName = keyof typeof codecs

export function cidOf(codec: CodecName, bytes: Uint8Array): Cid {
  return named(codec, sha256(bytes))
}

/** The CID of plain bytes that are one block, by their digest alone. */
export function cidOfDigest(digest: Digest): Cid {
  return named('raw', hexToBytes(digest))
}

function named(codec: CodecName, digest: Uint8Array): Cid {
  return CID.createV1(codecs[codec], create(SHA_256, digest)).toString(base32) as Cid
}

export interface CidParts {
  readonly codec: CodecName
  readonly sha256: Uint8Array
}

/** Takes a CID apart; refuses other versions, hashes, codecs and spellings of the same CID. */
export function readCid(text: string): Outcome<CidParts> {
  let cid: CID
  try {
    cid = CID.parse(text, base32)
  } catch {
    return refuse('INVALID', 'not a CID in base32')
  }
  if (cid.version !== 1 || cid.toString(base32) !== text) {
    return refuse('INVALID', 'not a CIDv1 in its canonical spelling')
  }
  const codec = Object.entries(codecs).find(([, code]) => code === cid.code)?.[0]
  if (codec === undefined) return refuse('INVALID', `a CID with the unknown codec ${cid.code}`)
  const { code, digest } = cid.multihash
  if (code !== SHA_256 || digest.length !== 32) {
    return refuse('INVALID', 'a CID whose digest is not SHA-256')
  }
  return pass({ codec: codec as CodecName, sha256: digest })
}
