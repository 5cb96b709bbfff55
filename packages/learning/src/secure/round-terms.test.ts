import type { Digest } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { rehearsal, roundId, seeded, take } from '../testing/secure-rounds.ts'
import { encodeUpdate } from '../update/update-codec.ts'
import { addNoiseShare, sigmaOfShare } from './noise-share.ts'
import { secureNoise, secureRound, secureUnits } from './round-terms.ts'
import { updateUnits } from './update-units.ts'

describe('what a round is for both ends', () => {
  const node = { unit: 'node' as const, budget: { epsilon: 1, delta: 1e-5 } }

  test('is as fine as an update where few take part, and coarser so that many fit', () => {
    expect(take(secureUnits(15, null))).toEqual({
      fixedPoint: { fractionBits: 24 },
      unitsMax: 143_165_576,
    })
    for (const members of [3, 17, 100, 1_000]) {
      const { fixedPoint, unitsMax } = take(secureUnits(members, null))
      expect(2 * members * unitsMax + 1).toBeLessThanOrEqual(2 ** 32)
      expect(unitsMax / 2 ** fixedPoint.fractionBits).toBeGreaterThanOrEqual(8)
    }
    const loud = { ...node, clip_norm: 1e6, noise_multiplier: 1e3 }
    expect(secureUnits(10, loud)).toMatchObject({ ok: false, code: 'TOO_LARGE' })
  })

  test('has room for noise that fills what is accounted for, though some add none', () => {
    const privacy = { ...node, clip_norm: 2, noise_multiplier: 3 }
    const units = take(secureUnits(30, privacy))
    const roster = { digest: 'a'.repeat(64) as Digest, nodes: 30, survivorsMin: 21 }
    const share = secureNoise(privacy, units, roster)!
    expect(share).toEqual({ sigma: 6 * 2 ** units.fixedPoint.fractionBits, honestMin: 18 })
    expect(take(sigmaOfShare(share)) * Math.sqrt(18)).toBeCloseTo(share.sigma, 3)
    expect(addNoiseShare(new Int32Array(1_000), share, units.unitsMax, seeded(1)).ok).toBe(true)
    expect(secureNoise(null, units, roster)).toBeNull()
    expect(secureNoise({ ...privacy, unit: 'example' }, units, roster)).toBeNull()
  })

  test('takes an update as it was written, towards zero where units are coarser', () => {
    const layout = [
      { name: 'z', shape: [2] },
      { name: 'a', shape: [1] },
    ]
    const format = { kind: 'fixed', fixedPoint: { fractionBits: 24 } } as const
    const update = take(encodeUpdate(format, layout, Float64Array.of(1, -1 - 2 ** -24, 0.5)))
    expect(take(updateUnits(update, take(secureUnits(3, null))))).toEqual(
      Int32Array.of(2 ** 23, 2 ** 24, -(2 ** 24) - 1),
    )
    const coarse = take(secureUnits(1_000, null))
    const one = 2 ** coarse.fixedPoint.fractionBits
    expect(take(updateUnits(update, coarse))).toEqual(Int32Array.of(one / 2, one, -one))
    const far = take(encodeUpdate(format, layout, Float64Array.of(100, 0, 0)))
    expect(updateUnits(far, coarse)).toMatchObject({ code: 'TOO_LARGE' })
    const bytes = take(encodeUpdate({ kind: 'int8' }, layout, Float64Array.of(1, 1, 1)))
    expect(updateUnits(bytes, coarse)).toMatchObject({ code: 'INVALID' })
  })

  test('is hidden among three at the least, and among as many as the task asks for', () => {
    const { nodes } = rehearsal(4)
    const members = nodes.map(({ advert }) => advert.peer_id)
    const asked = { roundId, members }
    const at = (updates_min: number) => take(secureRound(asked, { privacy: null, updates_min }))
    expect([1, 4].map((least) => at(least).nodesMin)).toEqual([3, 4])
    expect(at(3).members).toEqual(new Set(members))
  })
})
