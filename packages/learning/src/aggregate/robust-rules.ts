// Rules that hold although some updates are wrong on purpose. Each weighs all nodes alike: a weight
// that a node claims would be a lever. Rows are finite and of one length; the gates saw to that.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import {
  addTo,
  byCoordinate,
  clipped,
  meanOf,
  medianOfSorted,
  type Row,
  squaredDistance,
} from './vector.ts'

export function mean(rows: readonly Row[]): Outcome<Row> {
  return atLeast(rows, 1, 'the mean') ?? pass(meanOf(rows))
}

/** Each coordinate's middle value. */
export function median(rows: readonly Row[]): Outcome<Row> {
  return atLeast(rows, 1, 'the median') ?? pass(byCoordinate(rows, medianOfSorted))
}

/** Each coordinate's mean without the `floor(share n)` largest and smallest. */
export function trimmedMean(rows: readonly Row[], share: number): Outcome<Row> {
  if (!(share >= 0 && share < 0.5)) return refuse('INVALID', `${share} a side cannot be dropped`)
  // 0.29 of 100 is 28.999999999999996 in doubles.
  const drop = Math.floor(share * rows.length + 1e-9)
  return (
    atLeast(rows, 2 * drop + 1, 'the trimmed mean') ??
    pass(byCoordinate(rows, (sorted) => meanBetween(sorted, drop, sorted.length - drop)))
  )
}

/** The mean of the `keep` updates that lie closest to their neighbours; `keep = 1` is Krum itself.
 *  Needs n >= 2f + 3 for f bad updates: with fewer, f of them can be each other's neighbours. */
export function krum(rows: readonly Row[], bad: number, keep = 1): Outcome<Row> {
  if (keep < 1 || keep > rows.length) return refuse('INVALID', `${keep} updates cannot be kept`)
  const fault = atLeast(rows, 2 * bad + 3, `Krum with ${bad} bad updates`)
  if (fault !== null) return fault
  const best = krumOrder(rows, bad).slice(0, keep)
  return pass(meanOf(best.map((at) => rows[at]!)))
}

/** Indices of the updates, the one closest to its n - f - 2 nearest neighbours first. */
export function krumOrder(rows: readonly Row[], bad: number): number[] {
  return orderBy(
    distances(rows),
    rows.map((_, i) => i),
    bad,
  )
}

/** Krum selects and removes one update n - 2f times; then each coordinate is the mean of the values
 *  nearest to its median. Needs n >= 4f + 3. */
export function bulyan(rows: readonly Row[], bad: number): Outcome<Row> {
  const fault = atLeast(rows, 4 * bad + 3, `Bulyan with ${bad} bad updates`)
  if (fault !== null) return fault
  const apart = distances(rows)
  const left = rows.map((_, i) => i)
  const selected: Row[] = []
  while (selected.length < rows.length - 2 * bad) {
    const next = orderBy(apart, left, bad)[0]!
    left.splice(left.indexOf(next), 1)
    selected.push(rows[next]!)
  }
  const keep = selected.length - 2 * bad
  return pass(byCoordinate(selected, (sorted) => meanNearMedian(sorted, keep)))
}

export interface Weiszfeld {
  /** Keeps a point that coincides with an update from being divided by zero. */
  readonly smoothing: number
  readonly rounds: number
  readonly start?: Row
}

/** The point with the least sum of distances to all updates, by smoothed Weiszfeld steps. */
export function geometricMedian(rows: readonly Row[], how: Weiszfeld): Outcome<Row> {
  const fault = atLeast(rows, 1, 'the geometric median')
  if (fault !== null) return fault
  let point = how.start ?? meanOf(rows)
  for (let round = 0; round < how.rounds; round++) {
    const next = new Float64Array(point.length)
    const weights = rows.map(
      (row) => 1 / Math.max(how.smoothing, Math.sqrt(squaredDistance(row, point))),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (const [i, row] of rows.entries()) addTo(next, row, weights[i]! / total)
    point = next
  }
  return pass(point)
}

/** The mean of updates that are each shortened to a norm. */
export function clippedMean(rows: readonly Row[], normMax: number): Outcome<Row> {
  return (
    atLeast(rows, 1, 'the clipped mean') ?? pass(meanOf(rows.map((row) => clipped(row, normMax))))
  )
}

export interface CentredClipping {
  readonly radius: number
  readonly rounds: number
  /** Where to look from: the result of the round before. */
  readonly start: Row
}

/** Moves from where the last round ended by the mean of the clipped differences. */
export function centredClipping(rows: readonly Row[], how: CentredClipping): Outcome<Row> {
  const fault = atLeast(rows, 1, 'centred clipping')
  if (fault !== null) return fault
  let centre = how.start
  for (let round = 0; round < how.rounds; round++) {
    const from = centre
    const moves = rows.map((row) =>
      clipped(
        row.map((value, i) => value - from[i]!),
        how.radius,
      ),
    )
    centre = from.slice()
    addTo(centre, meanOf(moves), 1)
  }
  return pass(centre)
}

function atLeast(rows: readonly Row[], least: number, what: string) {
  if (rows.length >= least) return null
  return refuse('INVALID', `${what} needs at least ${least} updates; there are ${rows.length}`)
}

function distances(rows: readonly Row[]): Row[] {
  const apart = rows.map(() => new Float64Array(rows.length))
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(rows[i]!, rows[j]!)
      apart[i]![j] = distance
      apart[j]![i] = distance
    }
  }
  return apart
}

function orderBy(apart: readonly Row[], among: readonly number[], bad: number): number[] {
  // Bulyan goes on among fewer than Krum's condition asks for; one neighbour is the least.
  const neighbours = Math.max(1, among.length - bad - 2)
  const scores = new Map<number, number>()
  for (const i of among) {
    const nearest = Float64Array.from(
      among.filter((j) => j !== i),
      (j) => apart[i]![j]!,
    ).sort()
    scores.set(
      i,
      nearest.subarray(0, neighbours).reduce((sum, each) => sum + each, 0),
    )
  }
  return [...among].sort((one, other) => scores.get(one)! - scores.get(other)! || one - other)
}

function meanBetween(sorted: Row, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += sorted[i]!
  return sum / (to - from)
}

/** The mean of the `keep` values nearest to the median: among sorted values, a window. */
function meanNearMedian(sorted: Row, keep: number): number {
  const middle = medianOfSorted(sorted)
  let from = 0
  let to = sorted.length
  while (to - from > keep) {
    if (middle - sorted[from]! > sorted[to - 1]! - middle) from += 1
    else to -= 1
  }
  return meanBetween(sorted, from, to)
}
