import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RankedNode, Ranking } from './ranking.ts'
import { rankings, strategies } from './strategies.ts'

const anyone = () => true
const idle: RankedNode = { health: 0.9, latencyMs: 20, openAssignments: 0 }

/** Numbers from 0 up to 1 that go round. */
function drawer(steps = 997): () => number {
  let at = 0
  return () => (at++ % steps) / steps
}

function ranked(ranking: Ranking, nodes: readonly Partial<RankedNode>[]): Ranking {
  for (const [slot, node] of nodes.entries()) ranking.put(slot, { ...idle, ...node })
  return ranking
}

describe.each(strategies)('the strategy %s', (strategy) => {
  test('picks only what was put in and is acceptable, and finds it if there is any', () => {
    const step = fc.record({
      slot: fc.nat(40),
      remove: fc.boolean(),
      openAssignments: fc.nat(50),
      latencyMs: fc.option(fc.nat(400), { nil: null }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.nat(40), (steps, barred) => {
        const ranking = rankings[strategy]()
        const present = new Set<number>()
        for (const { slot, remove, ...node } of steps) {
          if (remove) ranking.remove(slot)
          else ranking.put(slot, { ...idle, ...node })
          if (remove) present.delete(slot)
          else present.add(slot)
          expect(ranking.size).toBe(present.size)
        }
        for (let slot = 0; slot <= 40; slot++) expect(ranking.has(slot)).toBe(present.has(slot))
        const picked = ranking.pick((slot) => slot !== barred, drawer())
        present.delete(barred)
        expect(present.size === 0 ? picked === -1 : present.has(picked)).toBe(true)
      }),
    )
  })

  test('asked again and again without a change in load comes to nobody outside', () => {
    const ranking = ranked(rankings[strategy](), [{}, {}, {}])
    ranking.remove(1)
    const draw = drawer()
    for (let times = 0; times < 50; times++) expect(ranking.pick(anyone, draw)).not.toBe(1)
  })
})

describe('a strategy', () => {
  test('in turn gives each node its turn', () => {
    const ranking = ranked(rankings['round-robin'](), [{}, {}, {}])
    const loads = [0, 0, 0]
    const order = Array.from({ length: 6 }, () => {
      const slot = ranking.pick(anyone, drawer())
      loads[slot]! += 1
      ranking.put(slot, { ...idle, openAssignments: loads[slot]! })
      return slot
    })
    expect(order).toEqual([0, 1, 2, 0, 1, 2])
  })

  test('by load takes the node with least of it', () => {
    const loads = [3, 1, 2].map((openAssignments) => ({ openAssignments }))
    expect(ranked(rankings['least-loaded'](), loads).pick(anyone, drawer())).toBe(1)
  })

  test('by latency takes the nearest, and the unknown last', () => {
    const nodes = [{ latencyMs: null }, { latencyMs: 30.9 }, { latencyMs: 30.1 }, { latencyMs: 31 }]
    const ranking = ranked(rankings['latency-aware'](), nodes)
    expect(ranking.pick(anyone, drawer())).toBe(1)
    expect(ranking.pick((slot) => slot !== 1 && slot !== 2, drawer())).toBe(3)
    expect(ranking.pick((slot) => slot === 0, drawer())).toBe(0)
  })

  test('by weight gives the healthier and freer more, in proportion', () => {
    const nodes = [{ health: 0.9 }, { health: 0.4 }, { health: 0.9, openAssignments: 50 }]
    const ranking = ranked(rankings.weighted(), nodes)
    const counts = [0, 0, 0]
    const draw = drawer(10_007)
    for (let times = 0; times < 10_007; times++) counts[ranking.pick(anyone, draw)]! += 1
    expect(counts[0]! / counts[1]!).toBeCloseTo(2, 1)
    expect(counts[0]! / counts[2]!).toBeGreaterThan(40)
    expect(counts[2]).toBeGreaterThan(0)
  })
})
