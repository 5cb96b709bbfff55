import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import {
  type Digest,
  inclusionProof,
  leafHash,
  merkleRoot,
  sha256,
  verifyInclusion,
} from '@vcp/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyRuns } from '../testing/property.ts'
import { createTrace, firstDifference, traceDepth } from './trace.ts'

const places = 2 ** traceDepth

function leaf(n: number): Digest {
  return sha256(Uint8Array.of(n & 255, n >> 8))
}

function leaves(count: number): Digest[] {
  return Array.from({ length: count }, (_, i) => leaf(i))
}

/** All places written out. */
function wholeTree(given: readonly Digest[]): Uint8Array[] {
  return Array.from({ length: places }, (_, i) => leafHash(hexToBytes(given[i] ?? given.at(-1)!)))
}

describe('a trace', () => {
  test.each([1, 2, 3, 7, 64, 1_000, places - 1, places])(
    'of %i leaves has the root of the whole tree, the last leaf repeated',
    (count) => {
      const given = leaves(count)

      expect(createTrace(given).root).toBe(bytesToHex(merkleRoot(wholeTree(given))))
    },
  )

  test('has room for its leaves, and for at least one', () => {
    expect(() => createTrace([])).toThrow(RangeError)
    expect(() => createTrace(leaves(places + 1))).toThrow(RangeError)
  })

  test('proves a leaf as any RFC 6962 tree does', () => {
    const given = leaves(100)
    const hashes = wholeTree(given)
    const root = hexToBytes(createTrace(given).root)
    const claim = { index: 42, size: places, proof: inclusionProof(hashes, 42), root }

    expect(verifyInclusion({ ...claim, leafHash: leafHash(hexToBytes(leaf(42))) })).toBe(true)
    expect(verifyInclusion({ ...claim, leafHash: leafHash(hexToBytes(leaf(43))) })).toBe(false)
  })

  test('is compared with another to the first leaf that differs, whatever their lengths', () => {
    const shape = fc.record({
      shared: fc.integer({ min: 0, max: 200 }),
      one: fc.array(fc.integer({ min: 1_000, max: 1_003 }), { maxLength: 50 }),
      other: fc.array(fc.integer({ min: 1_000, max: 1_003 }), { maxLength: 50 }),
    })
    fc.assert(
      fc.property(shape, ({ shared, one, other }) => {
        const [a, b] = [one, other].map((rest) => [
          ...leaves(shared + 1),
          ...rest.map((n) => leaf(n)),
        ]) as [Digest[], Digest[]]
        const longer = Math.max(a.length, b.length)
        const at = Array.from({ length: longer }, (_, i) => i).find(
          (i) => (a[i] ?? a.at(-1)) !== (b[i] ?? b.at(-1)),
        )

        expect(firstDifference(createTrace(a), createTrace(b))).toBe(at ?? null)
      }),
      { numRuns: propertyRuns },
    )
  })
})
