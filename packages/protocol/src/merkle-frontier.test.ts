import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leafHash, merkleRoot } from './merkle.ts'
import { emptyFrontier, extendFrontier, frontierRoot } from './merkle-frontier.ts'
import { propertyRuns } from './testing/property.ts'

const numRuns = propertyRuns
const hashes = Array.from({ length: 301 }, (_, i) => leafHash(Uint8Array.of(i >> 8, i & 255)))
const frontierOf = (size: number) => extendFrontier(emptyFrontier, hashes.slice(0, size))

describe('a frontier', () => {
  test('has the root of the whole tree at every size', () => {
    let frontier = emptyFrontier
    for (let size = 0; size <= 300; size++) {
      expect(frontier.size).toBe(size)
      expect(frontierRoot(frontier)).toEqual(merkleRoot(hashes.slice(0, size)))
      frontier = extendFrontier(frontier, [hashes[size]!])
    }
  })

  test('grows alike, whatever the batches', () => {
    const whole = frontierOf(150)
    const cuts = fc.array(fc.nat(150), { maxLength: 8 })
    fc.assert(
      fc.property(cuts, (sizes) => {
        const ends = [...sizes.sort((a, b) => a - b), 150]
        const grown = ends.reduce(
          (frontier, end) => extendFrontier(frontier, hashes.slice(frontier.size, end)),
          emptyFrontier,
        )
        expect(grown).toEqual(whole)
      }),
      { numRuns },
    )
  })

  test('stays as it was when it is extended', () => {
    const before = frontierOf(7)
    const peaks = before.peaks.map((peak) => peak.slice())
    extendFrontier(before, hashes.slice(7, 100))
    expect(before).toEqual({ size: 7, peaks })
    expect(emptyFrontier).toEqual({ size: 0, peaks: [] })
  })

  test('holds one hash for each binary digit 1 of its size', () => {
    expect([0, 1, 2, 3, 255, 256, 257].map((size) => frontierOf(size).peaks.length)).toEqual([
      0, 1, 1, 2, 8, 1, 2,
    ])
  })
})
