import { describe, expect, test } from 'vitest'
import { accuracyUnder, type RuleName } from '../testing/attacks.ts'
import { createNumbers } from '../testing/numbers.ts'
import {
  bulyan,
  centredClipping,
  clippedMean,
  geometricMedian,
  krum,
  krumOrder,
  mean,
  median,
  trimmedMean,
} from './robust-rules.ts'
import type { Row } from './vector.ts'

const row = (...values: number[]) => Float64Array.from(values)
const column = (...values: number[]) => values.map((value) => row(value))

function valuesOf(outcome: ReturnType<typeof mean>): readonly number[] {
  if (!outcome.ok) throw new Error(outcome.reason)
  return [...outcome.value]
}

describe('robust rules', () => {
  test('trim and take medians by coordinate', () => {
    const rows = [
      row(0.5, 0.5, 0.5, 0.5),
      row(1, 0.2, 0.5, 1),
      row(0.2, 0.5, 1, 0.2),
      row(0.5, 1, 0.2, 0.5),
    ]
    expect(valuesOf(trimmedMean(rows, 0.25))).toEqual([0.5, 0.5, 0.5, 0.5])
    expect(valuesOf(median(rows))).toEqual([0.5, 0.5, 0.5, 0.5])
    expect(valuesOf(median(column(3, 1, 10, 2)))).toEqual([2.5])
    // In doubles, 0.29 of 100 is less than 29.
    const hundred = Array.from({ length: 100 }, (_, i) => row(i < 29 ? 1e9 : 1))
    expect(valuesOf(trimmedMean(hundred, 0.29))).toEqual([1])
    expect(trimmedMean(column(1, 2), 0.5)).toMatchObject({ ok: false })
  })

  test('score by the n - f - 2 nearest neighbours in Krum', () => {
    expect(krumOrder(column(0.2, 0.7, 1), 1)[0]).toBe(1)
    expect(krumOrder(column(0.2, 0.5, 1), 0).slice(0, 2)).toEqual([0, 1])
    expect(valuesOf(krum(column(0.2, 0.5, 1), 0, 2))).toEqual([0.35])
    // By n - f - 2 = 2 neighbours the third wins; n - f - 1 = 3 would choose the second.
    const five = column(0, 2, 3.1, 4.1, 40)
    expect(krumOrder(five, 1)[0]).toBe(2)
  })

  test('refuse Krum below 2f + 3 updates and Bulyan below 4f + 3', () => {
    expect(krum(column(1, 1, 1, 1), 1)).toMatchObject({ ok: false, code: 'INVALID' })
    expect(krum(column(1, 1, 1, 1, 1), 1).ok).toBe(true)
    expect(bulyan(column(1, 1, 1, 1, 1, 1), 1)).toMatchObject({ ok: false, code: 'INVALID' })
    expect(bulyan(column(1, 1, 1, 1, 1, 1, 1), 1).ok).toBe(true)
    expect(mean([])).toMatchObject({ ok: false })
  })

  test('select anew after each removal in Bulyan', () => {
    // Krum's order as a whole begins 5, 6, 1, 9, 0, of which the three nearest to the middle have a
    // mean of 4. Selecting anew takes 5, 6, 1, 18, 9.
    const rows = column(9, 0, 18, 1, 5, 26, 6)
    const once = krumOrder(rows, 1).slice(0, 5)
    expect(once.map((i) => rows[i]![0]).sort()).toEqual([0, 1, 5, 6, 9])
    expect(valuesOf(bulyan(rows, 1))[0]).toBeCloseTo((5 + 6 + 9) / 3, 12)
  })

  test('come to the geometric median by smoothed Weiszfeld steps', () => {
    const rows = [row(1, 2, 3), row(4, 5, 6), row(7, 8, 9)]
    const start = row(0, 0, 0)
    const values = valuesOf(geometricMedian(rows, { smoothing: 0.1, rounds: 3, start }))
    for (const [i, expected] of [3.78788764, 4.78788764, 5.78788764].entries()) {
      expect(Math.abs(values[i]! - expected)).toBeLessThan(5e-9)
    }
    // A point on top of an update is no division by zero.
    const on = geometricMedian(rows, { smoothing: 1e-6, rounds: 5, start: row(4, 5, 6) })
    expect(valuesOf(on).every(Number.isFinite)).toBe(true)
  })

  test('clip about zero and about a centre', () => {
    expect(valuesOf(clippedMean([row(3, 4), row(0, 0)], 5))).toEqual([1.5, 2])
    expect(valuesOf(clippedMean([row(3, 4), row(0, 0)], 1))[1]).toBeCloseTo(0.4, 12)
    const moved = centredClipping([row(2), row(100)], { radius: 1, rounds: 1, start: row(1) })
    expect(valuesOf(moved)).toEqual([2])
  })
})

describe('under attack', () => {
  const accuracy = (rule: RuleName, attack: Parameters<typeof accuracyUnder>[1], bad: number) => {
    const outcome = accuracyUnder(rule, attack, bad)
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.value
  }

  test('the mean is lost to one attacker in five, and without any is as good as any rule', () => {
    expect(accuracy('mean', 'scaling', 0)).toBeGreaterThan(0.96)
    expect(accuracy('mean', 'scaling', 4)).toBeLessThan(0.5)
    expect(accuracy('mean', 'sign flip', 4)).toBeLessThan(0.5)
  })

  const alone = ['label flip', 'sign flip', 'scaling', 'noise'] as const
  const alike = ['free riding', 'sybils'] as const

  const robust: readonly RuleName[] = [
    'median',
    'trimmed mean',
    'multi-krum',
    'geometric median',
    'clipped mean',
    'centred clipping',
  ]
  test.each(robust)('%s holds against every attack by eight of twenty', (rule) => {
    for (const attack of [...alone, ...alike]) {
      expect(accuracy(rule, attack, 4), attack).toBeGreaterThan(0.9)
      expect(accuracy(rule, attack, 8), attack).toBeGreaterThan(0.85)
    }
  })

  test('Krum holds against every attack by four of twenty, and by eight that differ', () => {
    for (const attack of alike) expect(accuracy('krum', attack, 4), attack).toBeGreaterThan(0.9)
    for (const attack of alone) {
      expect(accuracy('krum', attack, 4), attack).toBeGreaterThan(0.9)
      expect(accuracy('krum', attack, 8), attack).toBeGreaterThan(0.85)
    }
  })

  // With f = 8 of 20 it asks for 10 neighbours. Who sends the same as 7 others needs only 3 more.
  test('Krum takes the update of eight of twenty who send the same, which stops the model', () => {
    const { between } = createNumbers(1)
    const honest = Array.from({ length: 12 }, () =>
      Float64Array.from({ length: 12 }, () => between(0, 4)),
    )
    const nothing = Array.from({ length: 8 }, () => new Float64Array(12))
    expect(krumOrder([...nothing, ...honest], 8)[0]).toBe(0)
    expect(krumOrder([...nothing.slice(4), ...honest], 4)[0]).toBeGreaterThanOrEqual(4)
    expect(accuracy('krum', 'free riding', 8)).toBeLessThan(accuracy('krum', 'noise', 8) - 0.1)
  })

  test('Bulyan holds against four of twenty, and says that eight are too many', () => {
    expect(accuracy('bulyan', 'sign flip', 4)).toBeGreaterThan(0.95)
    expect(accuracyUnder('bulyan', 'sign flip', 8)).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('the same seed gives the same figures', () => {
    const rows: readonly Row[] = [
      row(accuracy('median', 'noise', 4)),
      row(accuracy('median', 'noise', 4)),
    ]
    expect(rows[0]).toEqual(rows[1])
  })
})
