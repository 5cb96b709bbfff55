import { expect, test } from 'vitest'
import { flatnessOf, type Sample } from './soak.ts'

const samples = (mbAt: (i: number) => number): Sample[] =>
  Array.from({ length: 40 }, (_, i) => ({ seconds: i, tasks: i, mb: { node: mbAt(i) } }))

test('memory that goes up and down is flat, memory that goes up is not', () => {
  const breathing = flatnessOf(
    'node',
    samples((i) => 200 + 30 * (i % 3)),
  )
  expect(breathing).toMatchObject({ earlyMb: 200, lateMb: 200, isFlat: true })
  const growing = flatnessOf(
    'node',
    samples((i) => 200 + 3 * i),
  )
  expect(growing.isFlat).toBe(false)
})

test('what a process takes in its first minute is not held against it', () => {
  const young = flatnessOf(
    'node',
    samples((i) => (i < 8 ? 100 : 250)),
  )
  expect(young.isFlat).toBe(true)
})
