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

/** Added and taken off again, it rounds to a whole number: doubles beside it have no fractions. */
const ROUNDER = 1.5 * 2 ** 52
const ROUNDED_MAX = 2 ** 51

/** Numbers to a block: two words each, 64 kB of the generator, which is what it gives fastest. */
const BLOCK = 8_192

/**
 * Fills with numbers of the standard normal distribution. The loop over a block holds no call but
 * for one in a hundred numbers: a call for each took three times as long.
 */
function normalBlocks(source: RandomSource): (normals: Float64Array) => void {
  const words = new Uint32Array(2 * BLOCK)
  const bytes = new Uint8Array(words.buffer)
  const beside = besideLayers(source)
  return (normals) => {
    for (let filled = 0; filled < normals.length; ) {
      source.fill(bytes)
      for (let at = 0; at < words.length && filled < normals.length; at += 2) {
        const high = words[at]!
        const layer = high & 255
        // 23 and 30 of the bits that are left.
        const u = ((high >>> 9) * 1_073_741_824 + (words[at + 1]! >>> 2) + 0.5) * 2 ** -53
        let x = u * edges[layer]!
        if (u >= inner[layer]!) {
          x = beside(layer, x)
          if (x < 0) continue
        }
        // By arithmetic: a branch that goes either way would be guessed wrong half of the time.
        normals[filled] = x * (1 - ((high >>> 7) & 2))
        filled += 1
      }
      // What was drawn is nobody's any more.
      words.fill(0)
    }
  }
}

/** What becomes of a place outside the core of its layer: a number, or -1: it is thrown away. */
function besideLayers(source: RandomSource): (layer: number, x: number) => number {
  const words = randomWords(source)
  const uniform = () => (words.bits(53) + 0.5) * 2 ** -53
  const tail = () => {
    for (;;) {
      const x = -Math.log(uniform()) / TAIL
      if (-2 * Math.log(uniform()) > x * x) return TAIL + x
    }
  }
  return (layer, x) => {
    if (layer === 0) return tail()
    const upper = Math.exp(-0.5 * (edges[layer]! ** 2 - x * x))
    const lower = Math.exp(-0.5 * (edges[layer + 1]! ** 2 - x * x))
    return lower + uniform() * (upper - lower) < 1 ? x : -1
  }
}

/** A sampler of the standard normal distribution, where numbers are wanted one by one. */
export function fastGaussian(source: RandomSource): () => number {
  const fill = normalBlocks(source)
  const normals = new Float64Array(BLOCK)
  let at = BLOCK
  return () => {
    if (at === BLOCK) {
      fill(normals)
      at = 0
    }
    const x = normals[at]!
    normals[at] = 0
    at += 1
    return x
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
  // A power of two, so that every multiple that fits is exact in a float too.
  const point = 2 ** Math.floor(Math.log2(sigma / latticePerSigma))
  const points = 1 / point
  const fill = normalBlocks(source)
  const normals = new Float64Array(Math.min(BLOCK, values.length))
  for (let start = 0; start < values.length; start += BLOCK) {
    const end = Math.min(values.length, start + BLOCK)
    const block = end - start < normals.length ? normals.subarray(0, end - start) : normals
    fill(block)
    for (let i = start; i < end; i++) {
      const value = values[i]! * points
      const noise = block[i - start]! * sigma * points + ROUNDER - ROUNDER
      const whole = Math.abs(value) < ROUNDED_MAX ? value + ROUNDER - ROUNDER : Math.round(value)
      values[i] = (whole + noise) * point
    }
  }
}
