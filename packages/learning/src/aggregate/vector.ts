// What the rules do to whole updates.

export type Row = Float64Array

export function norm(row: Row): number {
  let squares = 0
  for (let i = 0; i < row.length; i++) squares += row[i]! * row[i]!
  return Math.sqrt(squares)
}

export function squaredDistance(one: Row, other: Row): number {
  let squares = 0
  for (let i = 0; i < one.length; i++) {
    const difference = one[i]! - other[i]!
    squares += difference * difference
  }
  return squares
}

/** The cosine of the angle between two updates; 0 where one of them is zero. */
export function cosine(one: Row, other: Row): number {
  let product = 0
  for (let i = 0; i < one.length; i++) product += one[i]! * other[i]!
  const lengths = norm(one) * norm(other)
  return lengths === 0 ? 0 : product / lengths
}

/** Shortened to `norm` where it is longer. An update of zero stays zero. */
export function clipped(row: Row, normMax: number): Row {
  const length = norm(row)
  if (length <= normMax) return row
  const factor = normMax / length
  return row.map((value) => value * factor)
}

export function meanOf(rows: readonly Row[]): Row {
  const mean = new Float64Array(rows[0]!.length)
  for (const row of rows) addTo(mean, row, 1 / rows.length)
  return mean
}

export function addTo(sum: Row, row: Row, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * row[i]!
}

/** Calls `act` with the sorted values of each coordinate. */
export function byCoordinate(rows: readonly Row[], act: (sorted: Row, at: number) => number): Row {
  const column = new Float64Array(rows.length)
  return Float64Array.from({ length: rows[0]!.length }, (_, at) => {
    for (let i = 0; i < rows.length; i++) column[i] = rows[i]![at]!
    return act(column.sort(), at)
  })
}

export function medianOfSorted(sorted: Row): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
