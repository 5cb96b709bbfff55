import type { Round } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { roundPlots, roundTable } from './training-text.ts'

function round(number: number, changes: Partial<Round> = {}): Round {
  return {
    number,
    state: 'finalised',
    updates_accepted: 2,
    participants: ['a', 'b', 'c'],
    refused: 0,
    loss: 1 / number,
    accuracy: null,
    epsilon_spent: number,
    ...changes,
  } as Round
}

describe('rounds as text', () => {
  test('are a line each, and what was not measured is a dash', () => {
    const open = { state: 'open', loss: null, epsilon_spent: null, refused: 1 } as const
    expect(roundTable([round(1), round(2, open)])).toEqual([
      'round  state      updates         loss    accuracy  epsilon',
      '1      finalised  2 of 3          1.0000  -         1.000',
      '2      open       2 of 3 (1 out)  -       -         -',
    ])
  })

  test('are plotted from two on, and only by what was measured', () => {
    expect(roundPlots([round(1)], 80)).toEqual([])
    const plots = roundPlots([round(1), round(2), round(3, { state: 'open' })], 80)
    expect(plots.filter((line) => /^[a-z]+$/.test(line))).toEqual(['loss', 'epsilon'])
    expect(plots.every((line) => line.length < 80)).toBe(true)
  })
})
