import { expect, test } from 'vitest'
import { perSecond, rateBetween } from './throughput.ts'

test('the rate is what the count grew by, over the time it took', () => {
  expect(rateBetween({ atMs: 0, completed: 10 }, { atMs: 2_000, completed: 20 })).toBe(5)
})

test('a count that went back has no rate', () => {
  expect(rateBetween({ atMs: 0, completed: 10 }, { atMs: 1_000, completed: 9 })).toBeNull()
})

test('nothing is known of the last minute where nobody looked for longer', () => {
  const before = { atMs: 0, completed: 10 }
  expect(rateBetween(before, { atMs: 60_000, completed: 70 })).toBe(1)
  expect(rateBetween(before, { atMs: 60_001, completed: 70 })).toBeNull()
})

test('the rate of a minute leaves out what is older and what is unknown', () => {
  expect(perSecond([])).toBeNull()
  const points = [
    { x: 0, y: 100 },
    { x: 100_000, y: 2 },
    { x: 105_000, y: null },
    { x: 110_000, y: 4 },
  ]
  expect(perSecond(points)).toBe(3)
})
