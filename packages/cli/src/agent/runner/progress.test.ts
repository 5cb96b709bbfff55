import { expect, test } from 'vitest'
import { createProgress, type Progress } from './progress.ts'

test('progress is told once a second, and of a short run not at all', () => {
  let nowMs = 5_000
  const told: Progress[] = []
  const note = createProgress(
    () => nowMs,
    (progress) => told.push(progress),
  )
  const at = (ms: number, gas: number) => {
    nowMs = 5_000 + ms
    note({ phase: 'running', percent: null, gas })
  }
  at(0, 1)
  at(999, 2)
  expect(told).toEqual([])
  at(1_000, 3)
  at(1_500, 4)
  at(2_100, 5)
  expect(told.map(({ gas }) => gas)).toEqual([3, 5])
})
