import { describe, expect, test } from 'vitest'
import { loadBetween, measureLoad } from './load.ts'

function reading(user: number, idle: number) {
  return [{ times: { user, nice: 0, sys: 0, idle, irq: 0 } }]
}

describe('the load', () => {
  test('is the share of the time that was not idle', () => {
    expect(loadBetween(reading(100, 900), reading(350, 1_650))).toBe(25)
  })

  test.each([
    ['no time passed', reading(1, 1), reading(1, 1)],
    ['the kernel counts nothing', [], []],
    ['a core was switched off', [...reading(1, 1), ...reading(1, 1)], reading(9, 9)],
    ['the counters ran backwards', reading(1, 900), reading(901, 100)],
  ])('is unknown where %s', (_, before, after) => {
    expect(loadBetween(before, after)).toBeNull()
  })

  test('of this machine is a percentage', async () => {
    const percent = await measureLoad(50)
    expect(percent).toBeGreaterThanOrEqual(0)
    expect(percent).toBeLessThanOrEqual(100)
  })
})
