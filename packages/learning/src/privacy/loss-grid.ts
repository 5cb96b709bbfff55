// One step's privacy loss on a grid, never less private than it is. Loss between two points of the
// grid is split between them so that its mass stays the same under both neighbours: then
// delta(epsilon) is exact at every point and, being convex in e^epsilon, too high between them
// (Doroshenko et al. 2022, "Connect the dots"). Rounding up would cost half a cell every step; this
// costs the square of a cell.
import { normalBetween, normalTail } from './error-function.ts'

/** `remove`: the record is in the data under which the loss is drawn; `add`: it is not. */
export type Direction = 'remove' | 'add'

export interface LossGrid {
  readonly direction: Direction
  /** Mass at the loss `(first + i) * cell`. */
  readonly first: number
  readonly mass: Float64Array
  readonly cell: number
  /** Mass whose loss is beyond the grid: counted as infinite. */
  readonly beyond: number
}

interface Gaussians {
  readonly q: number
  readonly z: number
}

/** The loss of one step, on a grid of `cell` that ends at `reach` on either side. */
export function lossGrid(
  direction: Direction,
  q: number,
  z: number,
  cell: number,
  reach: number,
): LossGrid {
  const least = Math.log1p(-q)
  const [from, to] = direction === 'remove' ? [least, reach] : [-reach, Math.min(-least, reach)]
  const first = Math.floor(Math.max(from, -reach) / cell)
  const last = Math.ceil(to / cell)
  const mass = new Float64Array(last - first + 1)
  const at = { q, z }
  let low = edge(direction, at, first * cell)
  // What lies below the grid is raised to its first point.
  mass[0] = masses(direction, at, Number.NEGATIVE_INFINITY, low)[0]
  for (let i = first; i < last; i++) {
    const high = edge(direction, at, (i + 1) * cell)
    const [here, there] = masses(direction, at, low, high)
    const up = (here - there * Math.exp(i * cell)) / -Math.expm1(-cell)
    const raised = Math.min(here, Math.max(0, up))
    mass[i - first]! += here - raised
    mass[i - first + 1]! += raised
    low = high
  }
  const [beyond] = masses(direction, at, low, Number.POSITIVE_INFINITY)
  return { direction, first, mass, cell, beyond }
}

/** Where the loss is `t`, on an axis along which it grows: x, and -x for `add`. */
function edge(direction: Direction, { q, z }: Gaussians, t: number): number {
  const loss = direction === 'remove' ? t : -t
  const inner = (Math.expm1(loss) + q) / q
  const x = inner <= 0 ? Number.NEGATIVE_INFINITY : z * z * Math.log(inner) + 0.5
  return direction === 'remove' ? x : -x
}

/** Mass between two edges: under the data the loss is drawn from, and under its neighbour. */
function masses(direction: Direction, at: Gaussians, low: number, high: number) {
  return direction === 'remove'
    ? ([mixture(at, low, high), noise(at, low, high)] as const)
    : ([noise(at, low, high), mixture(at, -high, -low)] as const)
}

function noise({ z }: Gaussians, low: number, high: number): number {
  return between(low / z, high / z)
}

function mixture({ q, z }: Gaussians, low: number, high: number): number {
  return (1 - q) * between(low / z, high / z) + q * between((low - 1) / z, (high - 1) / z)
}

function between(low: number, high: number): number {
  if (low === high) return 0
  if (low === Number.NEGATIVE_INFINITY) return normalTail(-high)
  if (high === Number.POSITIVE_INFINITY) return normalTail(low)
  return normalBetween(low, high)
}
