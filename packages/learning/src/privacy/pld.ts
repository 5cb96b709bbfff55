// The reported figure: the distribution of the privacy loss over all steps, composed by Fourier
// transform. It is an upper bound, and closer than the gate's: the loss of a step is rounded so
// that it is never too small, what leaves the grid counts as infinite, what wraps around adds, and
// the errors of the transform are taken off delta before epsilon is read.
import { fft, inverseFft } from './fft.ts'
import { type Direction, type LossGrid, lossGrid } from './loss-grid.ts'
import type { Phase } from './mechanism.ts'
import { composed, rdpOrders } from './rdp.ts'

export interface PldFigure {
  readonly epsilon: number
  /** Which neighbour costs more. */
  readonly direction: Direction
  readonly cell: number
  /** How much epsilon is estimated to lie above the exact figure: what the discretisation adds
   *  falls with the square of the cell, so a third of the change from a grid twice as coarse. */
  readonly excess: number
}

/** Below this delta the rounding of the transform would decide; no figure is given. */
export const pldDeltaMin = 1e-10

const CELLS_MAX = 2 ** 20
/** What the discretisation may add to the mean of all losses together; a cell of h adds h^2 / 8. */
const SHIFT_GOAL = 2e-6
/** Of delta, for what leaves the grid. */
const TAIL_SHARE = 1e-7

/** What phases cost at delta, or null where the figure cannot be vouched for. */
export function pldEpsilon(phases: readonly Phase[], delta: number): PldFigure | null {
  if (!(delta >= pldDeltaMin && delta < 1)) return null
  const spent = phases.filter(({ samplingRate, steps }) => samplingRate > 0 && steps > 0)
  if (spent.length === 0) return { epsilon: 0, direction: 'remove', cell: 0, excess: 0 }
  const steps = spent.reduce((sum, phase) => sum + phase.steps, 0)
  const reach = reachOf(spent, delta * TAIL_SHARE)
  const goal = Math.sqrt((8 * SHIFT_GOAL) / steps)
  const length = 2 ** Math.ceil(Math.log2((2 * reach) / goal))
  const cells = Math.min(CELLS_MAX, Math.max(2 ** 10, length))
  if (!Number.isFinite(cells)) return null
  const fine = worse(composedLosses(spent, cells, (2 * reach) / cells), delta)
  const coarse = worse(composedLosses(spent, cells / 2, (4 * reach) / cells), delta)
  if (fine === null || coarse === null) return null
  return { ...fine, excess: Math.max(0, coarse.epsilon - fine.epsilon) / 3 }
}

/** A loss that is exceeded with at most this probability, by Chernoff's bound on the moments. */
function reachOf(phases: readonly Phase[], probability: number): number {
  const curve = composed(phases)
  const bounds = rdpOrders.map((order, i) => curve[i]! - Math.log(probability) / (order - 1))
  return Math.min(...bounds) * 1.02
}

interface Losses {
  readonly direction: Direction
  readonly cell: number
  /** Mass at the loss `i * cell`; the upper half stands for the losses below zero. */
  readonly mass: Float64Array
  /** Mass that counts as an infinite loss. */
  readonly infinite: number
}

/** Both directions at once: one in the real part, one in the imaginary. */
function composedLosses(phases: readonly Phase[], cells: number, cell: number): Losses[] {
  const product = { re: new Float64Array(cells), im: new Float64Array(cells) }
  const other = { re: new Float64Array(cells), im: new Float64Array(cells) }
  product.re.fill(1)
  other.re.fill(1)
  const kept = { remove: 0, add: 0 }
  const lnMoment = { remove: 0, add: 0 }
  const reach = (cells / 2) * cell
  const lambda = tailRate(phases, reach)
  for (const { samplingRate, noiseMultiplier, steps } of phases) {
    const single = { samplingRate, noiseMultiplier, steps: 1 }
    const stepReach = Math.min(reach, reachOf([single], 1e-12 / steps))
    const grids = (['remove', 'add'] as const).map((direction) =>
      lossGrid(direction, samplingRate, noiseMultiplier, cell, stepReach),
    )
    const re = onCircle(grids[0]!, cells)
    const im = onCircle(grids[1]!, cells)
    fft(re, im)
    multiplyByPowers(product, other, re, im, steps)
    for (const grid of grids) {
      kept[grid.direction] += steps * Math.log1p(-grid.beyond)
      lnMoment[grid.direction] += steps * lnMomentOf(grid, lambda)
    }
  }
  // remove + i add, back in one transform.
  for (let k = 0; k < cells; k++) {
    product.re[k]! -= other.im[k]!
    product.im[k]! += other.re[k]!
  }
  inverseFft(product.re, product.im)
  const infinite = (direction: Direction) =>
    -Math.expm1(kept[direction]) + Math.exp(lnMoment[direction] - lambda * reach)
  return [
    { direction: 'remove', cell, mass: product.re, infinite: infinite('remove') },
    { direction: 'add', cell, mass: product.im, infinite: infinite('add') },
  ]
}

/** Takes the spectra of two real sequences apart and multiplies their powers into the products. */
function multiplyByPowers(
  first: Complexes,
  second: Complexes,
  re: Float64Array,
  im: Float64Array,
  power: number,
): void {
  const length = re.length
  for (let k = 0; k < length; k++) {
    const mirror = (length - k) % length
    const one = [(re[k]! + re[mirror]!) / 2, (im[k]! - im[mirror]!) / 2] as const
    const two = [(im[k]! + im[mirror]!) / 2, (re[mirror]! - re[k]!) / 2] as const
    multiplyByPower(first, k, one[0], one[1], power)
    multiplyByPower(second, k, two[0], two[1], power)
  }
}

interface Complexes {
  readonly re: Float64Array
  readonly im: Float64Array
}

function multiplyByPower(into: Complexes, k: number, re: number, im: number, power: number): void {
  const size = Math.hypot(re, im) ** power
  const angle = Math.atan2(im, re) * power
  const c = size * Math.cos(angle)
  const s = size * Math.sin(angle)
  const before = into.re[k]!
  into.re[k] = before * c - into.im[k]! * s
  into.im[k] = before * s + into.im[k]! * c
}

function onCircle({ first, mass }: LossGrid, cells: number): Float64Array {
  const circle = new Float64Array(cells)
  for (let i = 0; i < mass.length; i++) {
    circle[(((first + i) % cells) + cells) % cells]! += mass[i]!
  }
  return circle
}

/** The exponent with which the bound on the tail beyond the grid is taken. */
function tailRate(phases: readonly Phase[], reach: number): number {
  const curve = composed(phases)
  let best = Number.POSITIVE_INFINITY
  let rate = 1
  for (const [i, order] of rdpOrders.entries()) {
    const lnTail = (order - 1) * (curve[i]! - reach)
    if (lnTail < best) {
      best = lnTail
      rate = order - 1
    }
  }
  return rate
}

/** ln of the mean of exp(lambda loss), of the grid as it is and not of what it stands for. */
function lnMomentOf({ first, mass, cell }: LossGrid, lambda: number): number {
  const top = lambda * (first + mass.length - 1) * cell
  let sum = 0
  for (let i = 0; i < mass.length; i++) {
    sum += mass[i]! * Math.exp(lambda * (first + i) * cell - top)
  }
  return top + Math.log(sum)
}

function worse(losses: readonly Losses[], delta: number): Omit<PldFigure, 'excess'> | null {
  let worst: Omit<PldFigure, 'excess'> | null = null
  for (const each of losses) {
    const epsilon = epsilonOf(each, delta)
    if (epsilon === null) return null
    if (worst === null || epsilon > worst.epsilon) {
      worst = { epsilon, direction: each.direction, cell: each.cell }
    }
  }
  return worst
}

/** Each number of an inverse transform is off by about 1e-16 of the largest, and numbers below zero
 *  are taken for zero; the sum of what that changes is far below this. */
const TRANSFORM_ERROR = 1e-12

/** The smallest epsilon with sum over losses t > epsilon of m(t) (1 - e^(epsilon - t)) <= delta. */
function epsilonOf({ mass, cell, infinite }: Losses, delta: number): number | null {
  const allowed = delta - infinite - TRANSFORM_ERROR
  if (allowed <= 0) return null
  const half = mass.length / 2
  let here = 0
  let there = 0
  for (let i = half - 1; i >= 0; i--) {
    // With epsilon at this point, the sum is over the points above it.
    if (here - there * Math.exp(i * cell) > allowed) return Math.log((here - allowed) / there)
    const each = Math.max(0, mass[i]!)
    here += each
    there += each * Math.exp(-i * cell)
  }
  return 0
}
