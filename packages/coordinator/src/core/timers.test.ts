import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idOf } from './testing/samples.ts'
import { type Timer, Timers } from './timers.ts'

const timerOf = (number: number) => ({ kind: 'match', taskId: idOf(number) }) as Timer

describe('timers', () => {
  test('come out by time, and those of one time as they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
        const timers = new Timers()
        for (const [number, atMs] of times.entries()) timers.set(atMs, timerOf(number))
        const expected = times
          .map((atMs, number) => ({ atMs, number }))
          .sort((one, other) => one.atMs - other.atMs || one.number - other.number)
        for (const { atMs, number } of expected) {
          expect(timers.nextAtMs).toBe(atMs)
          expect(timers.takeDue(atMs - 1)).toBeNull()
          expect(timers.takeDue(atMs)).toEqual(timerOf(number))
        }
        expect(timers.size).toBe(0)
      }),
    )
  })

  test('can be set while others are taken', () => {
    const timers = new Timers()
    timers.set(5, timerOf(1))
    timers.set(9, timerOf(2))
    expect(timers.takeDue(9)).toEqual(timerOf(1))
    timers.set(7, timerOf(3))
    expect(timers.takeDue(9)).toEqual(timerOf(3))
    expect(timers.takeDue(9)).toEqual(timerOf(2))
    expect(timers.takeDue(9)).toBeNull()
  })
})
