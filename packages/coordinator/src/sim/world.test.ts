import { expect, test } from 'vitest'
import { Chance } from './chance.ts'
import { World } from './world.ts'

test('what is due first happens first, and of equals what was asked for first', () => {
  const chance = new Chance(1)
  const world = new World()
  const beganMs = world.nowMs
  const happened: { ms: number; order: number }[] = []
  for (let order = 0; order < 500; order++) {
    const ms = chance.below(50)
    world.after(ms, () => {
      expect(world.nowMs - beganMs).toBe(ms)
      happened.push({ ms, order })
    })
  }
  while (world.nextAtMs !== null) world.step()
  const sorted = [...happened].sort((a, b) => a.ms - b.ms || a.order - b.order)
  expect(happened).toHaveLength(500)
  expect(happened).toEqual(sorted)
})

test('chance of neighbouring seeds has nothing in common, and spreads evenly', () => {
  const [one, other] = [new Chance(1), new Chance(2)]
  const draws = Array.from({ length: 10_000 }, () => [one.unit(), other.unit()] as const)
  const mean = draws.reduce((sum, [a]) => sum + a, 0) / draws.length
  const covariance = draws.reduce((sum, [a, b]) => sum + (a - 0.5) * (b - 0.5), 0) / draws.length
  expect(mean).toBeCloseTo(0.5, 1)
  expect(Math.abs(covariance)).toBeLessThan(0.005)
})
