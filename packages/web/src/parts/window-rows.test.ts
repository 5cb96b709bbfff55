import { describe, expect, test } from 'vitest'
import { rowsInSight, slotsOf } from './window-rows.ts'

const sight = { scrollTop: 0, height: 400, rowHeight: 40, rows: 10_000 }

describe('the rows in sight', () => {
  test('are those that the height has room for, and a few below', () => {
    expect(rowsInSight(sight)).toEqual({ from: 0, to: 18 })
  })

  test('have a few on either side in the middle', () => {
    expect(rowsInSight({ ...sight, scrollTop: 4_000 })).toEqual({ from: 92, to: 118 })
  })

  test('end with the last one', () => {
    expect(rowsInSight({ ...sight, scrollTop: 10_000 * 40 - 400 })).toEqual({
      from: 9_982,
      to: 10_000,
    })
  })

  test('are none of none, and all of few, wherever the list was scrolled to before', () => {
    expect(rowsInSight({ ...sight, rows: 0, scrollTop: 900 })).toEqual({ from: 0, to: 0 })
    expect(rowsInSight({ ...sight, rows: 3, scrollTop: 9_000 })).toEqual({ from: 2, to: 3 })
  })

  test('are never more than there are slots, so that no two share one', () => {
    const slots = slotsOf(sight)
    for (let scrollTop = 0; scrollTop < 2_000; scrollTop += 7) {
      const { from, to } = rowsInSight({ ...sight, scrollTop })
      expect(to - from).toBeLessThanOrEqual(slots)
    }
  })
})
