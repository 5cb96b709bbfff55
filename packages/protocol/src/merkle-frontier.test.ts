import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leafHash, merkleRoot } from './merkle.ts'
import {
  emptyFrontier,
  extendFrontier,
  FrontierState,
  frontierRoot,
  readFrontier,
  writeFrontier,
} from './merkle-frontier.ts'
import { hostile } from './testing/arbitraries.ts'
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

  test('goes on where it stopped after being stored', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(80), (size, more) => {
        const state = FrontierState.parse(
          JSON.parse(JSON.stringify(writeFrontier(frontierOf(size)))),
        )
        const grown = extendFrontier(readFrontier(state), hashes.slice(size, size + more))
        expect(grown).toEqual(frontierOf(size + more))
      }),
      { numRuns },
    )
  })
})

describe('the stored form of a frontier', () => {
  test('is refused where size and hashes do not belong together', () => {
    const state = writeFrontier(frontierOf(7))
    expect(FrontierState.safeParse(state).success).toBe(true)
    for (const change of [
      { tree_size: 8 },
      { tree_size: 5 },
      { tree_size: -7 },
      { tree_size: 2 ** 53 },
      { hashes: state.hashes.slice(1) },
      { hashes: [...state.hashes, state.hashes[0]] },
      { hashes: state.hashes.map((hash) => hash.toUpperCase()) },
      { more: 1 },
    ]) {
      expect(FrontierState.safeParse({ ...state, ...change }).success).toBe(false)
    }
    const hashes53 = Array(53).fill(state.hashes[0])
    expect(FrontierState.safeParse({ tree_size: 2 ** 53 - 1, hashes: hashes53 }).success).toBe(true)
    expect(FrontierState.safeParse({ tree_size: 2 ** 52, hashes: hashes53 }).success).toBe(false)
  })

  test('answers any value without throwing', () => {
    fc.assert(
      fc.property(hostile, (value) => !FrontierState.safeParse(value).success),
      { numRuns },
    )
  })
})
