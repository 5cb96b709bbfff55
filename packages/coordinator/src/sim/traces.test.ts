import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { areBelow, leafHash, merkleRoot, traceDepth, traceLeafHash } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { programs, traceOf } from './traces.ts'

describe('a simulated trace', () => {
  test('is the tree over all its places, the last leaf in those that are left', () => {
    for (let program = 0; program < programs; program++) {
      const trace = traceOf(program, { name: 'liar', from: 3 })
      const places = Array.from({ length: 2 ** traceDepth }, (_, at) => hexToBytes(trace.leaf(at)))
      expect(trace.root).toBe(bytesToHex(merkleRoot(places.map((place) => leafHash(place)))))
    }
  })

  test('leads from the root to each leaf', () => {
    const trace = traceOf(6, null)
    for (const place of [0, 7, 29, 30, 31, 16_383]) {
      let above = trace.root
      for (let level = traceDepth; level > 0; level--) {
        const below = trace.below(level, place >> level)
        expect(areBelow(below, above)).toBe(true)
        above = below[(place >> (level - 1)) & 1]!
      }
      expect(above).toBe(traceLeafHash(trace.leaf(place)))
    }
  })

  test('parts from the true one where the lie begins, and not before', () => {
    const [lie, truth] = [traceOf(6, { name: 'liar', from: 3 }), traceOf(6, null)]
    expect([0, 1, 2].map((at) => lie.leaf(at))).toEqual([0, 1, 2].map((at) => truth.leaf(at)))
    expect(lie.leaf(3)).not.toBe(truth.leaf(3))
    expect(traceOf(6, { name: 'other', from: 3 }).leaf(3)).not.toBe(lie.leaf(3))
  })
})
