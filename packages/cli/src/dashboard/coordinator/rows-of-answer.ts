import type { TableRow } from '../table.ts'
import type { Asked, Listed } from './facts.ts'

/**
 * Rows as things were when the coordinator said so, made once for each answer: a table that ages
 * by itself would be drawn anew every second.
 */
export function rowsOfAnswer<Item>(
  rowOf: (item: Item, atMs: number) => TableRow,
): (asked: Asked<Listed<Item>>) => readonly TableRow[] {
  const made = new WeakMap<Asked<Listed<Item>>, readonly TableRow[]>()
  return (asked) => {
    if (asked.asked !== 'answered') return []
    const { answer, atMs } = asked
    const rows = made.get(asked) ?? answer.items.map((item) => rowOf(item, atMs))
    made.set(asked, rows)
    return rows
  }
}
