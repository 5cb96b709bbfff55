// The gate's accountant: Renyi differential privacy of the Poisson-subsampled Gaussian mechanism
// (Mironov, Talwar, Zhang 2019), composed by addition, converted with the bound of Canonne, Kamath
// and Steinke (2020). Every curve is rounded up, so that no error of arithmetic is in favour of the
// one who spends.
import type { Phase } from './mechanism.ts'

/** Pinned: a budget that was spent under other orders would not be comparable. */
export const rdpOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => (11 + i) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  ...[128, 256, 512, 1024],
]

export interface RdpFigure {
  readonly epsilon: number
  /** The order that gave it; null where nothing was spent. */
  readonly order: number | null
  /** Whether that order is an end of the grid: a wider grid might say less. */
  readonly isAtEnd: boolean
}

/** Divergence by order, for `rdpOrders`. */
export type RdpCurve = Float64Array

export function noSpending(): RdpCurve {
  return new Float64Array(rdpOrders.length)
}

/** The curve of all phases together. */
export function composed(phases: readonly Phase[]): RdpCurve {
  const total = noSpending()
  for (const phase of phases) addPhase(total, phase)
  return total
}

/** Adds a phase to a curve, in place. */
export function addPhase(total: RdpCurve, { samplingRate, noiseMultiplier, steps }: Phase): void {
  if (steps === 0 || samplingRate === 0) return
  const step = stepCurve(samplingRate, noiseMultiplier)
  for (let i = 0; i < total.length; i++) total[i]! += steps * step[i]!
}

/** The smallest epsilon that a curve shows at delta. */
export function epsilonOf(curve: RdpCurve, delta: number): RdpFigure {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`no epsilon at delta ${delta}`)
  if (curve.every((each) => each === 0)) return { epsilon: 0, order: null, isAtEnd: false }
  let best = Number.POSITIVE_INFINITY
  let at = 0
  for (const [i, order] of rdpOrders.entries()) {
    const conversion = Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1)
    const epsilon = curve[i]! + conversion
    if (epsilon < best) {
      best = epsilon
      at = i
    }
  }
  const isAtEnd = at === 0 || at === rdpOrders.length - 1
  return { epsilon: Math.max(0, best), order: rdpOrders[at]!, isAtEnd }
}

/** What phases cost at delta, by the gate's accountant. */
export function rdpEpsilon(phases: readonly Phase[], delta: number): RdpFigure {
  return epsilonOf(composed(phases), delta)
}

// Sums and integrals below are cut at e^-32 of themselves, and rounding is below 1e-13 of a
// moment's logarithm. Both are far below these, which round up: a millionth of epsilon in a million
// steps.
const ROUND_UP_SHARE = 1e-12
const ROUND_UP_NATS = 1e-12

/** Orders up to here are integrated, all at once; higher ones are whole, and summed. */
const INTEGRATED_MAX = 10.9
const integrated = rdpOrders.filter((order) => order <= INTEGRATED_MAX)

/** The curve of one step. */
function stepCurve(q: number, z: number): RdpCurve {
  const low = q === 1 ? [] : lnMoments(q, z, integrated)
  const curve = noSpending()
  for (const [i, order] of rdpOrders.entries()) {
    const divergence =
      q === 1 ? order / (2 * z * z) : (low[i] ?? wholeMoment(q, z, order)) / (order - 1)
    curve[i] = Math.max(0, divergence) * (1 + ROUND_UP_SHARE) + ROUND_UP_NATS
  }
  return curve
}

const CUT = 32
const LN_TERMS_MAX = 7

/** ln of the sum over i of C(a, i) q^i (1-q)^(a-i) exp((i^2 - i) / 2z^2): the moment of order a. */
export function wholeMoment(q: number, z: number, order: number): number {
  const lnQ = Math.log(q)
  const lnRest = Math.log1p(-q)
  const half = 1 / (2 * z * z)
  const lnBinomial = lnBinomials(order)
  const terms = new Float64Array(order + 1)
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i <= order; i++) {
    const term = lnBinomial[i]! + i * lnQ + (order - i) * lnRest + i * (i - 1) * half
    terms[i] = term
    if (term > largest) largest = term
  }
  let sum = 0
  for (let i = 0; i <= order; i++) {
    // Most terms of a high order are nothing beside the largest.
    const below = terms[i]! - largest
    if (below > -CUT - LN_TERMS_MAX) sum += Math.exp(below)
  }
  return largest + Math.log(sum)
}

const binomialsByOrder = new Map<number, Float64Array>()

/** ln C(order, i) for every i; kept, since the orders are few. */
function lnBinomials(order: number): Float64Array {
  const known = binomialsByOrder.get(order)
  if (known !== undefined) return known
  const table = new Float64Array(order + 1)
  for (let i = 1; i <= order; i++) table[i] = table[i - 1]! + Math.log((order - i + 1) / i)
  binomialsByOrder.set(order, table)
  return table
}

const TAILS = 10

/** ln of the moments of several orders, whole or not:
 *  A = integral of N(x; 0, z^2) m(x)^a, with m(x) = 1 - q + q exp((2x - 1) / 2z^2).
 *
 *  The trapezoidal rule. |m| is largest on the real line and m has its zeros at a height of pi z^2,
 *  so shifting the path by c <= pi z^2 bounds the error by 2 A exp(c^2 / 2z^2 - 2 pi c / h). The
 *  published series in erfc converge as slowly as 1/i^(a+2) where q is large; this does not. */
export function lnMoments(q: number, z: number, orders: readonly number[]): Float64Array {
  const nearZeros = (2 * Math.PI ** 2 * z * z) / (CUT + 3 + (Math.PI * z) ** 2 / 2)
  const step = nearZeros <= 2 ? nearZeros : z * Math.sqrt((2 * Math.PI ** 2) / (CUT + 3))
  const from = -TAILS * z
  const count = Math.ceil((Math.max(...orders) + 2 * TAILS * z) / step) + 1
  const lnDensity = new Float64Array(count)
  const lnMixture = new Float64Array(count)
  const half = 1 / (2 * z * z)
  for (let i = 0; i < count; i++) {
    const x = from + i * step
    const lnRatio = (2 * x - 1) * half
    lnDensity[i] = -x * x * half
    lnMixture[i] =
      lnRatio > 0
        ? lnRatio + Math.log(q + (1 - q) * Math.exp(-lnRatio))
        : Math.log1p(q * Math.expm1(lnRatio))
  }
  const lnScale = Math.log(step / (z * Math.sqrt(2 * Math.PI)))
  return Float64Array.from(orders, (order) => lnScale + lnSum(lnDensity, lnMixture, order))
}

/** ln of the sum of exp(density + order * mixture). */
function lnSum(lnDensity: Float64Array, lnMixture: Float64Array, order: number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < lnDensity.length; i++) {
    largest = Math.max(largest, lnDensity[i]! + order * lnMixture[i]!)
  }
  let sum = 0
  for (let i = 0; i < lnDensity.length; i++) {
    const below = lnDensity[i]! + order * lnMixture[i]! - largest
    if (below > -CUT - LN_TERMS_MAX) sum += Math.exp(below)
  }
  return largest + Math.log(sum)
}
