// Fast noise for the steps of DP-SGD: a ziggurat (Marsaglia and Tsang 2000, with the index and the
// place from separate bits, as Doornik asks), rounded with the value it is added to onto a lattice
// that does not depend on the data. On a lattice a sum says nothing through its last bits.
//
// How exact it is. A layer is drawn from with 53 bits over a width of at most 7.4 sigma, and a
// point of the lattice is 2^-20 sigma wide: within 3.65 sigma a point has the probability of the
// rounded Gaussian up to 2^-29 of itself, counted from the grid of the layers, plus rounding in exp
// at the edges. Over P coordinates that adds at most P 2^-28 to the epsilon of a step. For releases
// that leave a node at once, `discreteGaussian` is exact.
import { type RandomSource, randomWords } from './random-source.ts'

/** Points of the lattice to a standard deviation. */
export const latticePerSigma = 2 ** 20

const LAYERS = 256
const TAIL = 3.654152885361009
const AREA = 0.00492867323399

const edges = new Float64Array(LAYERS + 1)
const inner = new Float64Array(LAYERS)
layOut()

function layOut(): void {
  const density = (x: number) => Math.exp(-0.5 * x * x)
  edges[0] = AREA / density(TAIL)
  edges[1] = TAIL
  for (let i = 2; i < LAYERS; i++) {
    const before = edges[i - 1]!
    edges[i] = Math.sqrt(-2 * Math.log(AREA / before + density(before)))
  }
  for (let i = 0; i < LAYERS; i++) inner[i] = edges[i + 1]! / edges[i]!
}

/** A sampler of the standard normal distribution. */
export function fastGaussian(source: RandomSource): () => number {
  const words = randomWords(source)
  const uniform = () => (words.bits(53) + 0.5) * 2 ** -53
  const tail = () => {
    for (;;) {
      const x = -Math.log(uniform()) / TAIL
      if (-2 * Math.log(uniform()) > x * x) return TAIL + x
    }
  }
  return () => {
    for (;;) {
      const high = words.word()
      const low = words.word()
      const layer = high & 255
      const sign = (high & 256) === 0 ? 1 : -1
      // 23 and 30 of the bits that are left.
      const u = ((high >>> 9) * 1_073_741_824 + (low >>> 2) + 0.5) * 2 ** -53
      if (u < inner[layer]!) return sign * u * edges[layer]!
      if (layer === 0) return sign * tail()
      const x = u * edges[layer]!
      const upper = Math.exp(-0.5 * (edges[layer]! ** 2 - x * x))
      const lower = Math.exp(-0.5 * (edges[layer + 1]! ** 2 - x * x))
      if (lower + uniform() * (upper - lower) < 1) return sign * x
    }
  }
}

/** Adds Gaussian noise of standard deviation `sigma` to each number, in place; all that comes out
 *  is a multiple of the power of two below `sigma / latticePerSigma`. Rounding the sum moves it by
 *  at most half a point a coordinate: over P of them, one unit changes it by sqrt(P) points more
 *  than its clip norm. */
export function addLatticeNoise(
  values: Float64Array | Float32Array,
  sigma: number,
  source: RandomSource,
): void {
  const next = fastGaussian(source)
  // A power of two, so that every multiple that fits is exact in a float too.
  const point = 2 ** Math.floor(Math.log2(sigma / latticePerSigma))
  for (let i = 0; i < values.length; i++) {
    const noise = Math.round((next() * sigma) / point)
    values[i] = (Math.round(values[i]! / point) + noise) * point
  }
}
