// The name of a large blob, as IPFS gives it: its bytes cut into leaves of 256 KiB, 174 of them
// under one node, 174 of those under the next, up to one root whose digest is the name (what Kubo
// makes with `--cid-version=1`: balanced, raw leaves). The whole tree follows from the digests of
// the leaves and the size, so those are all that is kept of it, and all that two peers have to
// send.
import { createHash } from 'node:crypto'
import { type Cid, cidOf, limits } from '@vcp/protocol'

export interface TreeShape {
  readonly leafBytes: number
  readonly width: number
}

const shape: TreeShape = { leafBytes: limits.blobLeafBytes, width: limits.blobTreeWidth }

export const digestBytes = 32

/** CIDv1, the codec of the link's target, SHA-256, 32 bytes. */
const rawPrefix = Uint8Array.of(0x01, 0x55, 0x12, 0x20)
const nodePrefix = Uint8Array.of(0x01, 0x70, 0x12, 0x20)

interface Link {
  readonly cid: Uint8Array
  /** Bytes of the file below. */
  readonly fileBytes: number
  /** Those, and the nodes above them. */
  readonly treeBytes: number
}

export function leafCount(bytes: number, { leafBytes }: TreeShape = shape): number {
  return Math.max(1, Math.ceil(bytes / leafBytes))
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

/** The CID of a blob of more than one leaf, from the digests of its leaves, one after the other. */
export function rootOf(leaves: Uint8Array, bytes: number, of: TreeShape = shape): Cid {
  const count = leafCount(bytes, of)
  if (count < 2 || leaves.length !== count * digestBytes) {
    throw new RangeError(`${leaves.length / digestBytes} leaves do not make ${bytes} bytes`)
  }
  let level: Link[] = Array.from({ length: count }, (_, i) => {
    const digest = leaves.subarray(i * digestBytes, (i + 1) * digestBytes)
    const size = Math.min(of.leafBytes, bytes - i * of.leafBytes)
    return { cid: Buffer.concat([rawPrefix, digest]), fileBytes: size, treeBytes: size }
  })
  for (;;) {
    const groups = Math.ceil(level.length / of.width)
    const blocks = Array.from({ length: groups }, (_, i) =>
      level.slice(i * of.width, (i + 1) * of.width),
    )
    if (groups === 1) return cidOf('dag-pb', nodeOf(level))
    level = blocks.map((links) => {
      const block = nodeOf(links)
      const fileBytes = links.reduce((sum, link) => sum + link.fileBytes, 0)
      const below = links.reduce((sum, link) => sum + link.treeBytes, 0)
      const cid = Buffer.concat([nodePrefix, sha256(block)])
      return { cid, fileBytes, treeBytes: below + block.length }
    })
  }
}

/** A node in DAG-PB (links before data, as its specification has it) with a UnixFS file in it. */
function nodeOf(links: readonly Link[]): Uint8Array {
  const parts = links.map(({ cid, treeBytes }) => {
    const link = Buffer.concat([field(1, cid), field(2, new Uint8Array()), number(3, treeBytes)])
    return field(2, link)
  })
  const fileBytes = links.reduce((sum, link) => sum + link.fileBytes, 0)
  const file = Buffer.concat([
    number(1, 2),
    number(3, fileBytes),
    ...links.map((link) => number(4, link.fileBytes)),
  ])
  return Buffer.concat([...parts, field(1, file)])
}

/** Protobuf: a field of bytes. */
function field(tag: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint((tag << 3) | 2), varint(bytes.length), bytes])
}

/** Protobuf: a field that is a number. */
function number(tag: number, value: number): Uint8Array {
  return Buffer.concat([varint(tag << 3), varint(value)])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Uint8Array.from([...bytes, rest])
}
