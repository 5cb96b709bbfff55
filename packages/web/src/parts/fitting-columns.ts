/** As much of a column as there has to be known of it to give it a place. */
export interface Sized {
  /** Pixels; those without share what is left. */
  readonly width?: number
  /** Where there is no room for all of them, the greatest goes first; absent: it stays. */
  readonly spare?: number
}

/** What a column without a width needs to say anything. */
const leastWidth = 140

/** Those that fit beside each other, in their order. */
export function fittingColumns<Column extends Sized>(
  columns: readonly Column[],
  room: number,
): readonly Column[] {
  const taken = columns.reduce((sum, { width = leastWidth }) => sum + width, 0)
  const rank = Math.max(0, ...columns.map(({ spare = 0 }) => spare))
  if (taken <= room || rank === 0) return columns
  return fittingColumns(
    columns.filter(({ spare }) => spare !== rank),
    room,
  )
}
