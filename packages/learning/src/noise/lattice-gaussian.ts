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

const edges = layerEdges()

function layerEdges(): Float64Array {
  const density = (x: number) => Math.exp(-0.5 * x * x)
  const made = new Float64Array(LAYERS + 1)
  made[0] = AREA / density(TAIL)
  made[1] = TAIL
  for (let i = 2; i < LAYERS; i++) {
    const before = made[i - 1]!
    made[i] = Math.sqrt(-2 * Math.log(AREA / before + density(before)))
  }
  return made
}

/**
 * By layer: what a place of 53 bits is multiplied with, and from which one on it is outside of the
 * core. Powers of two change no bit of a product, so that the scaling by 2^-53 is in here. The
 * second half is for negative numbers: the sign is the bit above the layer.
 */
const widths = new Float64Array(2 * LAYERS)
const cores = new Float64Array(LAYERS)
/** Of the density at the edges. */
const heights = edges.map((edge) => Math.exp(-0.5 * edge * edge))
for (let i = 0; i < LAYERS; i++) {
  widths[i] = edges[i]! * 2 ** -53
  widths[i + LAYERS] = -widths[i]!
  cores[i] = (edges[i + 1]! / edges[i]!) * 2 ** 53
}

/** Added and taken off again, it rounds to a whole number: doubles beside it have no fractions. */
const ROUNDER = 1.5 * 2 ** 52
const ROUNDED_MAX = 2 ** 51

/** Numbers to a block: two words each, 64 kB of the generator, which is what it gives fastest. */
const BLOCK = 8_192

/**
 * The generator's words of a block, the numbers made of them, and which are outside of their core.
 * For all calls, which wipe them before they end: made for each, and not known to V8 when it
 * compiles, they took twice as long.
 */
const words = new Int32Array(2 * BLOCK)
const bytes = new Uint8Array(words.buffer)
const normals = new Float64Array(BLOCK)
const outside = new Int32Array(BLOCK)

/** What becomes of a number that lies outside of the core of its layer. */
type Beside = (bits: number, x: number) => number

/** Makes the first `count` of the normals numbers of the standard normal distribution. */
function drawNormals(count: number, source: RandomSource, beside: Beside): void {
  source.fill(bytes.subarray(0, 8 * count))
  const found = drawAll(count)
  for (let each = 0; each < found; each++) {
    const at = outside[each]!
    normals[at] = beside(words[2 * at]!, normals[at]!)
  }
  // What was drawn is nobody's any more.
  words.fill(0, 0, 2 * count)
  outside.fill(0, 0, found)
}

/** A place in a layer: 23 and 30 of the bits beside those of layer and sign. */
function placeOf(high: number, low: number): number {
  return (high >>> 9) * 1_073_741_824 + (low >>> 2) + 0.5
}

/**
 * Takes all numbers to be within their core, and gives how many are not. Without a branch and a
 * call: with both, for one in a hundred numbers, it took twice as long.
 */
function drawAll(count: number): number {
  let found = 0
  for (let at = 0; at < count; at++) {
    const high = words[2 * at]!
    const place = placeOf(high, words[2 * at + 1]!)
    normals[at] = place * widths[high & 511]!
    outside[found] = at
    found += place >= cores[high & 255]! ? 1 : 0
  }
  return found
}

/** Numbers outside of their core stay, by chance, or are drawn again. */
function besideCores(source: RandomSource): Beside {
  const { bits, word } = randomWords(source)
  const uniform = () => (bits(53) + 0.5) * 2 ** -53
  const tail = () => {
    for (;;) {
      const x = -Math.log(uniform()) / TAIL
      if (-2 * Math.log(uniform()) > x * x) return TAIL + x
    }
  }
  const stays = (layer: number, x: number) => {
    const [upper, lower] = [heights[layer]!, heights[layer + 1]!]
    return lower + uniform() * (upper - lower) < Math.exp(-0.5 * x * x)
  }
  return (firstBits, firstX) => {
    let [high, x] = [firstBits, firstX]
    for (;;) {
      const layer = high & 255
      if (layer === 0) return x < 0 ? -tail() : tail()
      if (stays(layer, x)) return x
      high = word()
      const place = placeOf(high, word())
      x = place * widths[high & 511]!
      if (place < cores[high & 255]!) return x
    }
  }
}

/** A sampler of the standard normal distribution, where numbers are wanted one by one. */
export function fastGaussian(source: RandomSource): () => number {
  const beside = besideCores(source)
  const waiting = new Float64Array(BLOCK)
  let at = BLOCK
  return () => {
    if (at === BLOCK) {
      drawNormals(BLOCK, source, beside)
      waiting.set(normals)
      normals.fill(0)
      at = 0
    }
    const x = waiting[at]!
    waiting[at] = 0
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
  const beside = besideCores(source)
  for (let start = 0; start < values.length; start += BLOCK) {
    const part = values.subarray(start, start + BLOCK)
    drawNormals(part.length, source, beside)
    addRounded(part, sigma, point)
  }
  normals.fill(0)
}

/** Adds the normals, as whole numbers of points, to what is rounded to such. */
function addRounded(values: Float64Array | Float32Array, sigma: number, point: number): void {
  const points = 1 / point
  const pointsPerSigma = sigma * points
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! * points
    const noise = normals[i]! * pointsPerSigma + ROUNDER - ROUNDER
    const whole = Math.abs(value) < ROUNDED_MAX ? value + ROUNDER - ROUNDER : Math.round(value)
    values[i] = (whole + noise) * point
  }
}
