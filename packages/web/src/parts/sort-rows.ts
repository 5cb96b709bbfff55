import type { Column, Sorting } from './long-table.tsx'

/** Rows in the order of a column; what has no value there comes last, whichever way it goes. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { by, isDown }: Sorting,
): readonly Row[] {
  const order = columns.find(({ name }) => name === by)?.order
  if (order === undefined) return rows
  const keyed = rows.map((row) => ({ row, key: order(row) }))
  const sign = isDown ? -1 : 1
  keyed.sort(({ key: one }, { key: other }) => {
    if (one === other) return 0
    if (one === null) return 1
    if (other === null) return -1
    return one < other ? -sign : sign
  })
  return keyed.map(({ row }) => row)
}
