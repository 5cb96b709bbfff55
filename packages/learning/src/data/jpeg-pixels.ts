// From coefficients to pixels: each block by its cosines, channels of fewer samples spread over
// all pixels by straight lines between them, and colours by the formulas of JFIF.
import { badData } from './data-rejection.ts'
import { zigzag } from './jpeg-zigzag.ts'
import type { Image } from './png.ts'

export interface Component {
  readonly id: number
  /** Samples to those of the others. */
  readonly across: number
  readonly down: number
  readonly quantiserId: number
  /** Blocks to a row, those beyond the edge included. */
  readonly columns: number
  /** Samples within the image. */
  readonly width: number
  readonly height: number
  /** As it was when the first scan began, in the order of zigzag. */
  quantiser: Uint16Array | null
  readonly coefficients: Int16Array
}

interface Plane {
  readonly width: number
  readonly height: number
  readonly samples: Uint8ClampedArray
}

export function pixelsOf(
  frame: {
    readonly width: number
    readonly height: number
    readonly components: readonly Component[]
  },
  isLuminance: boolean | null,
  name: string,
): Image {
  const { width, height, components } = frame
  const planes = components.map((component) => spread(planeOf(component, name), width, height))
  const [one, two, three] = planes as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray]
  if (planes.length === 1) return { width, height, channels: 1, samples: Uint8Array.from(one) }
  const samples = new Uint8ClampedArray(width * height * 3)
  const isColours = String.fromCharCode(...components.map(({ id }) => id)) === 'RGB'
  const isPlain = isLuminance === null ? isColours : !isLuminance
  for (let at = 0; at < one.length; at++) {
    const [y, blue, red] = [one[at]!, two[at]! - 128, three[at]! - 128]
    samples[3 * at] = isPlain ? y : y + 1.402 * red
    samples[3 * at + 1] = isPlain ? two[at]! : y - 0.344136286 * blue - 0.714136286 * red
    samples[3 * at + 2] = isPlain ? three[at]! : y + 1.772 * blue
  }
  return { width, height, channels: 3, samples: new Uint8Array(samples.buffer) }
}

function planeOf({ coefficients, columns, quantiser, ...size }: Component, name: string): Plane {
  if (quantiser === null) return badData(`${name} has a channel without its table`)
  const { width, height } = size
  const samples = new Uint8ClampedArray(width * height)
  const block = new Float64Array(64)
  for (let row = 0; row < Math.ceil(height / 8); row++) {
    for (let column = 0; column < Math.ceil(width / 8); column++) {
      const offset = 64 * (row * columns + column)
      for (let at = 0; at < 64; at++) {
        const place = zigzag[at]!
        block[place] = coefficients[offset + place]! * quantiser[at]!
      }
      transform(block)
      const [wide, high] = [Math.min(8, width - 8 * column), Math.min(8, height - 8 * row)]
      for (let y = 0; y < high; y++) {
        const line = (8 * row + y) * width + 8 * column
        for (let x = 0; x < wide; x++) samples[line + x] = block[8 * y + x]! + 128
      }
    }
  }
  return { width, height, samples }
}

/** waves[8 x + u] = C(u) / 2 cos((2 x + 1) u pi / 16) */
const waves = Float64Array.from({ length: 64 }, (_, at) => {
  const [x, u] = [at >> 3, at & 7]
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16)
})
const halfway = new Float64Array(64)

/** The inverse cosine transform: rows first, then columns. */
function transform(block: Float64Array): void {
  for (let v = 0; v < 8; v++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0
      for (let u = 0; u < 8; u++) sum += waves[8 * x + u]! * block[8 * v + u]!
      halfway[8 * v + x] = sum
    }
  }
  for (let x = 0; x < 8; x++) {
    for (let y = 0; y < 8; y++) {
      let sum = 0
      for (let v = 0; v < 8; v++) sum += waves[8 * y + v]! * halfway[8 * v + x]!
      block[8 * y + x] = sum
    }
  }
}

/** Samples lie in the middle of the pixels that they stand for. */
function spread(plane: Plane, width: number, height: number): Uint8ClampedArray {
  if (plane.width === width && plane.height === height) return plane.samples
  const spreadOut = new Uint8ClampedArray(width * height)
  const columns = Array.from({ length: width }, (_, x) => between(x, width, plane.width))
  for (let y = 0; y < height; y++) {
    const row = between(y, height, plane.height)
    for (const [x, column] of columns.entries()) {
      const at = (line: number, place: number) => plane.samples[line * plane.width + place]!
      const above = mixed(at(row.low, column.low), at(row.low, column.high), column.share)
      const below = mixed(at(row.high, column.low), at(row.high, column.high), column.share)
      spreadOut[y * width + x] = mixed(above, below, row.share)
    }
  }
  return spreadOut
}

interface Between {
  readonly low: number
  readonly high: number
  /** Of the higher one. */
  readonly share: number
}

function between(place: number, count: number, sparse: number): Between {
  // Sampling is by whole factors; what is left over at the edge belongs to the last one.
  const factor = Math.ceil(count / sparse)
  const exact = Math.min(sparse - 1, Math.max(0, (place + 0.5) / factor - 0.5))
  const low = Math.floor(exact)
  return { low, high: Math.min(sparse - 1, low + 1), share: exact - low }
}

function mixed(one: number, other: number, share: number): number {
  return one + (other - one) * share
}
