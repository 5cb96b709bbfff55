import { limits } from '@vcp/protocol'
import { importByteStream } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { describe, expect, test } from 'vitest'
import { leafCount, rootOf, sha256, type TreeShape } from './unixfs.ts'

function bytesOf(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (i * 131 + (i >> 8)) & 0xff)
}

function ours(bytes: Uint8Array, shape?: TreeShape): string {
  const leafBytes = shape?.leafBytes ?? limits.blobLeafBytes
  const digests = Array.from({ length: leafCount(bytes.length, shape) }, (_, i) =>
    sha256(bytes.subarray(i * leafBytes, (i + 1) * leafBytes)),
  )
  return rootOf(Buffer.concat(digests), bytes.length, shape)
}

/** IPFS's own importer, with what Kubo takes for CIDv1. */
async function theirs(bytes: Uint8Array, { leafBytes, width }: TreeShape): Promise<string> {
  const { cid } = await importByteStream(
    [bytes],
    { put: async (key) => key },
    {
      cidVersion: 1,
      rawLeaves: true,
      reduceSingleLeafToSelf: true,
      chunker: fixedSize({ chunkSize: leafBytes }),
      layout: balanced({ maxChildrenPerNode: width }),
    },
  )
  return cid.toString()
}

describe('the name of a large blob', () => {
  const kubo = { leafBytes: limits.blobLeafBytes, width: limits.blobTreeWidth }
  test.each([262_145, 524_288, 1_000_000, 3_000_001])(
    'is IPFS’s own at %i bytes',
    async (count) => {
      expect(ours(bytesOf(count))).toBe(await theirs(bytesOf(count), kubo))
    },
  )

  test('is IPFS’s own at every shape of a tree, up to five levels', async () => {
    const shape = { leafBytes: 4, width: 3 }
    for (let count = 5; count <= 4 * 3 ** 4 + 9; count += 3) {
      expect(ours(bytesOf(count), shape), `${count} bytes`).toBe(
        await theirs(bytesOf(count), shape),
      )
    }
  })

  test('is not made from leaves that are too few or too many', () => {
    const leaf = new Uint8Array(32)
    expect(() => rootOf(leaf, 300_000)).toThrow('do not make')
    expect(() => rootOf(new Uint8Array(96), 300_000)).toThrow('do not make')
    expect(() => rootOf(leaf, 100)).toThrow('do not make')
  })
})
