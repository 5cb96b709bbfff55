import { expect, test } from 'vitest'
import type { Column } from './long-table.tsx'
import { sortRows } from './sort-rows.ts'

interface Row {
  readonly score: number | null
}
const score: Column<Row> = {
  name: 'score',
  title: 'Score',
  cell: (row) => String(row.score),
  order: (row) => row.score,
}
const rows: Row[] = [{ score: 2 }, { score: null }, { score: 1 }]
const scores = (isDown: boolean) =>
  sortRows(rows, [score], { by: 'score', isDown }).map((row) => row.score)

test('rows are sorted either way, and what is unknown comes last in both', () => {
  expect(scores(false)).toEqual([1, 2, null])
  expect(scores(true)).toEqual([2, 1, null])
})

test('rows stay as they are where the column has no order, and the list is not changed', () => {
  expect(sortRows(rows, [score], { by: 'other', isDown: true })).toEqual(rows)
  scores(true)
  expect(rows.map((row) => row.score)).toEqual([2, null, 1])
})
