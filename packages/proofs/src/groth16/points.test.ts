// What is no point of ours, told apart by the reason: a proof with it would fail the equation too.
import { describe, expect, test } from 'vitest'
import { coordinateModulus as p } from '../pairing/base-field.ts'
import { scalars } from '../testing/trapdoor.ts'
import { Decimal, type Fp2Element, G1, G2, g1Point, g2Point } from './points.ts'

const next = scalars(7)
const first = G1.BASE.multiply(next()).toAffine()
const second = G2.BASE.multiply(next()).toAffine()
const swapped = ({ c0, c1 }: Fp2Element) => ({ c0: c1, c1: c0 })
const beside = (value: bigint) => [value + p, value - p, p, -1n]

test('points of the groups are taken', () => {
  expect(g1Point(first.x, first.y, 'a').ok).toBe(true)
  expect(g2Point(second.x, second.y, 'b').ok).toBe(true)
})

describe('what is refused for its numbers', () => {
  test('is written with more digits than the moduli have, which nobody has to read', () => {
    expect(Decimal.safeParse(String(p)).success).toBe(true)
    expect(Decimal.safeParse('1'.repeat(78)).success).toBe(false)
  })

  test('has a coordinate that is not the least of its class', () => {
    const { x, y } = second
    const asked = [
      ...beside(first.x).map((value) => g1Point(value, first.y, 'it')),
      ...beside(first.y).map((value) => g1Point(first.x, value, 'it')),
      ...beside(x.c0).map((c0) => g2Point({ ...x, c0 }, y, 'it')),
      ...beside(x.c1).map((c1) => g2Point({ ...x, c1 }, y, 'it')),
      ...beside(y.c0).map((c0) => g2Point(x, { ...y, c0 }, 'it')),
      ...beside(y.c1).map((c1) => g2Point(x, { ...y, c1 }, 'it')),
    ]
    expect(asked.map(reasonOf)).toEqual(
      asked.map(() => 'it: a coordinate is not below the modulus'),
    )
  })
})

describe('what is refused for where it lies', () => {
  const nothing = { c0: 0n, c1: 0n }

  test('is near a point, has its coordinates in another order, or is infinity as zeros', () => {
    const { x, y } = second
    const asked = [
      g1Point(first.x, p - first.y + 1n, 'it'),
      g1Point(first.x + 1n, first.y, 'it'),
      g1Point(first.y, first.x, 'it'),
      g1Point(0n, 0n, 'it'),
      g1Point(0n, 1n, 'it'),
      g2Point(x, { ...y, c1: y.c1 + 1n }, 'it'),
      g2Point({ ...x, c0: x.c0 + 1n }, y, 'it'),
      g2Point(y, x, 'it'),
      g2Point(swapped(x), swapped(y), 'it'),
      g2Point(swapped(x), y, 'it'),
      g2Point(nothing, nothing, 'it'),
      g2Point({ c0: first.x, c1: 0n }, { c0: first.y, c1: 0n }, 'it'),
    ]
    expect(asked.map(reasonOf)).toEqual(asked.map(() => 'it: the point is not on the curve'))
  })
})

function reasonOf(outcome: ReturnType<typeof g1Point> | ReturnType<typeof g2Point>): string {
  return outcome.ok ? 'it is taken' : outcome.reason
}
