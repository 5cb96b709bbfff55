// Which of many rows are in sight, and a few on either side.

export interface Sight {
  readonly scrollTop: number
  readonly height: number
  readonly rowHeight: number
  readonly rows: number
}

const spare = 8

/** The first row to be there, and the one behind the last. */
export function rowsInSight({ scrollTop, height, rowHeight, rows }: Sight): {
  readonly from: number
  readonly to: number
} {
  const first = Math.floor(scrollTop / rowHeight)
  const last = Math.ceil((scrollTop + height) / rowHeight)
  const to = Math.min(rows, Math.max(0, last + spare))
  return { from: Math.max(0, Math.min(first - spare, to - 1)), to }
}

/**
 * As many as can ever be there at one height. A row keeps the place of its index among them, so
 * that scrolling changes what stands in a row that left, and makes none.
 */
export function slotsOf({ height, rowHeight }: Pick<Sight, 'height' | 'rowHeight'>): number {
  return Math.ceil(height / rowHeight) + 1 + 2 * spare
}
