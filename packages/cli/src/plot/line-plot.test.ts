import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LinePlot, linePlot } from './line-plot.ts'

const round = { name: 'round', unit: '' }
const loss = { name: 'loss', unit: '' }

function plotOf(points: LinePlot['points'], more: Partial<LinePlot> = {}): string {
  return linePlot({ x: round, y: loss, points, columns: 30, rows: 8, ...more }).join('\n')
}

describe('a plot', () => {
  test('marks what was measured, dots what joins it, and labels both axes', () => {
    const points: LinePlot['points'] = [
      [1, 2],
      [2, 1],
      [3, 0],
    ]
    expect(plotOf(points, { y: { name: 'time', unit: 'ms' } })).toBe(
      [
        'time (ms)',
        '2 ┤●···',
        '  │    ······',
        '1 ┤          ···●···',
        '  │                 ······',
        '0 ┤                       ···●',
        '  └───────────────────────────',
        '   1          round          3',
      ].join('\n'),
    )
  })

  test('leaves a gap where a value is not known', () => {
    const text = plotOf([
      [1, 1],
      [2, null],
      [3, 1],
    ])
    expect(text).toContain('●                       ●')
    expect(text).not.toContain('·')
  })

  test('says how many values were no numbers', () => {
    const points: LinePlot['points'] = [
      [1, 1],
      [2, Number.NaN],
    ]
    expect(plotOf(points)).toMatch(/^loss, 1 not finite\n/)
    expect(plotOf([[1, Number.POSITIVE_INFINITY]])).toContain('nothing is measured yet')
  })

  test('shows the range of values that share a column', () => {
    const points = Array.from({ length: 500 }, (_, i) => [i, i % 2] as const)
    const text = plotOf(points)
    expect(text).toContain('│││││')
    expect(text).not.toContain('●')
  })

  test('begins its axis where it is told to', () => {
    expect(plotOf([[1, 0.6]], { include: [0, 1] })).toMatch(/1\.0 ┤[\s\S]*0\.0 ┤/)
  })

  test('says so when there is nothing to show', () => {
    expect(plotOf([])).toBe('loss\nnothing is measured yet')
  })

  test('keeps within its size, and shows every value it is given', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    )
    const shape = fc.record({
      values: fc.array(value, { maxLength: 200 }),
      columns: fc.integer({ min: 24, max: 140 }),
      rows: fc.integer({ min: 6, max: 40 }),
    })
    fc.assert(
      fc.property(shape, ({ values, columns, rows }) => {
        const points = values.map((each, i) => [i + 1, each] as const)
        const lines = linePlot({ x: round, y: loss, points, columns, rows })
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
        const area = lines.slice(1, -2).map((line) => line.replace(/^[^┤│]*./, ''))
        const isKnown = values.some((each) => each !== null)
        expect(/[●│]/.test(area.join(''))).toBe(isKnown)
      }),
    )
  })
})
