import { describe, expect, test } from 'vitest'
import { styleFor } from '../style.ts'
import { type Bench, benchText, figure } from './bench-text.ts'
import type { Measured } from './measure.ts'

const even: Measured = {
  name: 'hashing',
  about: 'SHA-256 of a blob',
  unit: 'MB',
  median: 1_234.5,
  p10: 1_200,
  p90: 1_299.9,
  samples: [1_200, 1_234.5, 1_299.9].map((rate, i) => ({ at_s: i + 1, rate })),
  reason: null,
}

const absent: Measured = {
  ...even,
  name: 'training',
  median: null,
  p10: null,
  p90: null,
  samples: [],
  reason: 'the runtime is not here',
}

const bench: Bench = {
  machine: {
    cpu: null,
    cores: 4,
    memory_bytes: 8 * 2 ** 30,
    system: 'linux x64',
    node: '24.0.0',
    folder: '/data',
  },
  load_before_percent: 3,
  seconds_each: 2,
  measures: [even, absent],
  is_interrupted: false,
}

describe.each([80, 120])('the figures of a machine in %i columns', (columns) => {
  const style = styleFor(false, columns)
  const shown = benchText(bench, style)

  test('are a table with no more digits than would come again', () => {
    expect(shown).toMatch(/hashing +1,230 +MB +1,200 +1,300/)
    expect(shown).toContain('SHA-256 of a blob')
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
  })

  test('are unknown where there are none, with the reason', () => {
    expect(shown).toMatch(/training +unknown/)
    expect(shown).toContain('the runtime is not here')
    expect(shown).toContain('CPU unknown, 4 cores, 8.0 GiB')
  })

  test('are drawn over time from 0, and not where nothing was measured', () => {
    expect(shown).toContain('hashing (MB/s)')
    expect(shown).toMatch(/^ +0 ┤/m)
    expect(shown).not.toContain('training (')
  })

  test('say when they were taken beside other programs', () => {
    const busy = benchText({ ...bench, load_before_percent: 60 }, style)
    expect(busy).toContain('busy before: 60 %')
    expect(busy).toContain('Other programs were at work')
    expect(shown).not.toContain('Other programs')
    expect(benchText({ ...bench, load_before_percent: null }, style)).toContain('before: unknown')
  })
})

test('a figure has three digits', () => {
  expect([0.12345, 12.345, 98_765].map(figure)).toEqual(['0.123', '12.3', '98,800'])
  expect(figure(null)).toBe('unknown')
})
