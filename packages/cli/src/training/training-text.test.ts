import type { Round } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { styleFor } from '../style.ts'
import { privacyLines, roundLine, roundPlots, roundTable } from './training-text.ts'

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

  test('say of updates that nobody sees them', () => {
    const secure = { roster: null, nodes: 0 }
    expect(roundLine(round(1, { secure }))).toContain('2 of 3 hidden')
  })

  test('have a column for the clip norm where it is adapted', () => {
    const table = roundTable([round(1, { clip_norm: 1 }), round(2)])
    expect(table.map((line) => line.split('  ').at(-1))).toEqual(['clip norm', '1.000', '-'])
    expect(roundLine(round(1, { clip_norm: 0.12345 }))).toMatch(
      /epsilon 1.000 {2}clip norm 0.1235$/,
    )
    expect(roundLine(round(2))).toMatch(/epsilon 2.000$/)
  })

  test('are plotted from two on, and only by what was measured', () => {
    expect(roundPlots([round(1)], 80)).toEqual([])
    const plots = roundPlots([round(1), round(2), round(3, { state: 'open' })], 80)
    expect(plots.filter((line) => /^[a-z]+$/.test(line))).toEqual(['loss', 'epsilon'])
    expect(plots.every((line) => line.length < 80)).toBe(true)
  })
})

describe('what is private', () => {
  const budget = { epsilon: 2, delta: 1e-5 }
  const said = (unit: 'example' | 'node' | null, secure_aggregation: boolean) =>
    privacyLines(
      { privacy: unit && { unit, budget }, secure_aggregation },
      styleFor(false, 80),
    ).join('\n')

  test('names whoever sees single updates, and nobody where they are hidden', () => {
    expect(said('node', false)).toMatch(/the coordinator is trusted/)
    expect(said('node', true)).toMatch(/adds its part of the noise\nnobody sees an update/)
    expect(said('example', true)).toMatch(/before it sends\nnobody sees an update/)
    expect(said('example', false)).not.toMatch(/masks/)
    expect(said(null, true)).toMatch(/without privacy: sums of updates/)
  })
})
