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

/** Four sums side by side: the additions of one would wait for each other. */
export function product(one: Row, other: Row): number {
  const end = one.length & ~3
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let i = 0; i < end; i += 4) {
    a += one[i]! * other[i]!
    b += one[i + 1]! * other[i + 1]!
    c += one[i + 2]! * other[i + 2]!
    d += one[i + 3]! * other[i + 3]!
  }
  for (let i = end; i < one.length; i++) a += one[i]! * other[i]!
  return a + b + (c + d)
}

/** The cosine of the angle between two updates; 0 where one of them is zero. */
export function cosine(one: Row, other: Row): number {
  const lengths = norm(one) * norm(other)
  return lengths === 0 ? 0 : product(one, other) / lengths
}

/** Shortened to `norm` where it is longer. An update of zero stays zero. */
export function clipped(row: Row, normMax: number): Row {
  const length = norm(row)
  if (length <= normMax) return row
  return times(row, normMax / length)
}

/** Without a call for each number, which takes several times as long. */
export function times(row: Row, factor: number): Row {
  const made = new Float64Array(row.length)
  for (let i = 0; i < row.length; i++) made[i] = row[i]! * factor
  return made
}

export function areFinite(row: Row | Float32Array): boolean {
  for (let i = 0; i < row.length; i++) if (!Number.isFinite(row[i])) return false
  return true
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
  const made = new Float64Array(rows[0]!.length)
  for (let at = 0; at < made.length; at++) {
    for (let i = 0; i < rows.length; i++) column[i] = rows[i]![at]!
    made[at] = act(column.length <= insertionMax ? insertionSorted(column) : column.sort(), at)
  }
  return made
}

/** Up to so many, a call of the engine's own sort costs more than the sorting. */
const insertionMax = 32

function insertionSorted(column: Row): Row {
  for (let i = 1; i < column.length; i++) {
    const value = column[i]!
    let at = i
    for (; at > 0 && column[at - 1]! > value; at--) column[at] = column[at - 1]!
    column[at] = value
  }
  return column
}

export function medianOfSorted(sorted: Row): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
