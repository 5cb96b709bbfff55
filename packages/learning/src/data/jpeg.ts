// JPEG images as cameras and the web write them: Huffman coded, 8 bits, sequential or progressive,
// grey or of three colours (ITU-T T.81). Orientation in EXIF is not looked at.
import { badData } from './data-rejection.ts'
import { type Component, pixelsOf } from './jpeg-pixels.ts'
import { decodeScan, type Scan } from './jpeg-scan.ts'
import { type HuffmanTable, huffmanTable } from './jpeg-words.ts'
import type { Image } from './png.ts'

const pixelsMax = 1 << 24
/** A progressive image has some ten; each goes over all of the image. */
const scansMax = 64

interface Frame {
  readonly width: number
  readonly height: number
  readonly isProgressive: boolean
  readonly components: readonly Component[]
}

interface Tables {
  readonly quantisers: Map<number, Uint16Array>
  readonly huffman: Map<number, HuffmanTable>
  restartEvery: number
  /** By an Adobe marker: whether colours are YCbCr; null where it does not say. */
  isLuminance: boolean | null
}

const bytesOf = { startOfImage: 0xd8, endOfImage: 0xd9, quantisers: 0xdb, huffman: 0xc4 } as const

export function decodeJpeg(bytes: Uint8Array, name: string): Image {
  if (bytes[0] !== 0xff || bytes[1] !== bytesOf.startOfImage) badData(`${name} is not a JPEG image`)
  const tables: Tables = {
    quantisers: new Map(),
    huffman: new Map(),
    restartEvery: 0,
    isLuminance: null,
  }
  let frame: Frame | null = null
  let scans = 0
  for (let at = 2; ; ) {
    const { marker, start, end } = segmentAt(bytes, at, name)
    if (marker === bytesOf.endOfImage) break
    const segment = bytes.subarray(start, end)
    at = end
    if (marker === 0xda) {
      scans += 1
      if (frame === null || scans > scansMax) return badData(`${name} has no order of its parts`)
      at = decodeScan(bytes, end, scanOf(segment, frame, tables, name))
    } else if (isFrame(marker)) {
      if (frame !== null) badData(`${name} is more than one image`)
      frame = frameOf(marker, segment, name)
    } else readTable(marker, segment, tables, name)
  }
  if (frame === null || scans === 0) return badData(`${name} has no pixels`)
  return pixelsOf(frame, tables.isLuminance, name)
}

/** A marker with what belongs to it; padding before it is passed over. */
function segmentAt(bytes: Uint8Array, from: number, name: string) {
  let at = from
  while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1
  const marker = bytes[at + 1]
  if (bytes[at] !== 0xff || marker === undefined) return badData(`${name} ends too early`)
  if (marker === bytesOf.endOfImage) return { marker, start: at + 2, end: at + 2 }
  const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  const [start, end] = [at + 4, at + 2 + length]
  if (length < 2 || end > bytes.length) return badData(`${name} ends too early`)
  return { marker, start, end }
}

function isFrame(marker: number): boolean {
  // 0xc4, 0xc8 and 0xcc lie between them and are something else.
  return marker === 0xc0 || (marker > 0xc0 && marker <= 0xcf && (marker & 3) !== 0)
}

function frameOf(marker: number, segment: Uint8Array, name: string): Frame {
  if (marker > 0xc2) badData(`${name} is lossless or arithmetically coded: save it as PNG`)
  const view = new DataView(segment.buffer, segment.byteOffset, segment.length)
  const count = segment[5] ?? 0
  if (segment.length !== 6 + 3 * count) badData(`${name} has a header of a wrong length`)
  const [height, width] = [view.getUint16(1), view.getUint16(3)]
  if (segment[0] !== 8) badData(`${name} has ${segment[0]} bits a sample, not 8`)
  if (width < 1 || height < 1 || width * height > pixelsMax) {
    badData(`${name} of ${width} by ${height} pixels is empty or larger than ${pixelsMax}`)
  }
  if (count !== 1 && count !== 3) badData(`${name} has ${count} channels: save it with 1 or 3`)
  const plans = Array.from({ length: count }, (_, index) => {
    const [id, sampling, quantiser] = segment.subarray(6 + 3 * index) as unknown as number[]
    const [across, down] = [sampling! >> 4, sampling! & 15]
    if (across < 1 || across > 4 || down < 1 || down > 4) badData(`${name} has odd sampling`)
    return { id: id!, across, down, quantiserId: quantiser! }
  })
  const acrossMax = Math.max(...plans.map(({ across }) => across))
  const downMax = Math.max(...plans.map(({ down }) => down))
  const unitsAcross = Math.ceil(width / (8 * acrossMax))
  const unitsDown = Math.ceil(height / (8 * downMax))
  const components = plans.map((plan) => {
    const [columns, rows] = [unitsAcross * plan.across, unitsDown * plan.down]
    return {
      ...plan,
      columns,
      width: Math.ceil((width * plan.across) / acrossMax),
      height: Math.ceil((height * plan.down) / downMax),
      quantiser: null,
      coefficients: new Int16Array(columns * rows * 64),
    }
  })
  return { width, height, isProgressive: marker === 0xc2, components }
}

function readTable(marker: number, segment: Uint8Array, tables: Tables, name: string): void {
  if (marker === bytesOf.quantisers) readQuantisers(segment, tables, name)
  else if (marker === bytesOf.huffman) readHuffman(segment, tables, name)
  else if (marker === 0xdd) tables.restartEvery = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0)
  else if (
    marker === 0xee &&
    new TextDecoder('latin1').decode(segment.subarray(0, 5)) === 'Adobe'
  ) {
    tables.isLuminance = segment[11] === 1
  }
}

function readQuantisers(segment: Uint8Array, { quantisers }: Tables, name: string): void {
  for (let at = 0; at < segment.length; ) {
    const isWide = segment[at]! >> 4 !== 0
    const size = isWide ? 128 : 64
    const values = segment.subarray(at + 1, at + 1 + size)
    if (values.length < size) badData(`${name} has a table that ends too early`)
    const table = Uint16Array.from({ length: 64 }, (_, index) =>
      isWide ? (values[2 * index]! << 8) | values[2 * index + 1]! : values[index]!,
    )
    quantisers.set(segment[at]! & 15, table)
    at += 1 + size
  }
}

function readHuffman(segment: Uint8Array, { huffman }: Tables, name: string): void {
  for (let at = 0; at < segment.length; ) {
    const counts = segment.subarray(at + 1, at + 17)
    const size = counts.reduce((sum, count) => sum + count, 0)
    const words = segment.subarray(at + 17, at + 17 + size)
    if (counts.length < 16 || words.length < size) badData(`${name} has a table that is cut off`)
    huffman.set(segment[at]!, huffmanTable(counts, words, name))
    at += 17 + size
  }
}

function scanOf(segment: Uint8Array, frame: Frame, tables: Tables, name: string): Scan {
  const count = segment[0] ?? 0
  if (count < 1 || segment.length !== 4 + 2 * count) badData(`${name} has a damaged scan`)
  const parts = Array.from({ length: count }, (_, index) => {
    const [id, choice] = [segment[1 + 2 * index]!, segment[2 + 2 * index]!]
    const component = frame.components.find((each) => each.id === id)
    if (component === undefined) return badData(`${name} has a scan of nothing`)
    component.quantiser ??= tables.quantisers.get(component.quantiserId) ?? null
    const direct = tables.huffman.get(choice >> 4) ?? null
    return { component, direct, others: tables.huffman.get(0x10 | (choice & 15)) ?? null }
  })
  const [first, last, steps] = segment.subarray(1 + 2 * count) as unknown as [
    number,
    number,
    number,
  ]
  const isWhole = !frame.isProgressive
  const band = isWhole ? { first: 0, last: 63 } : { first, last }
  if (band.last > 63 || band.first > band.last) badData(`${name} has a scan of no coefficients`)
  // Of a progressive image: the direct part apart, and the others of one component at a time.
  const isMixed = !isWhole && (first === 0 ? last !== 0 : count !== 1)
  if (isMixed || (steps & 15) > 13) badData(`${name} has a scan that JPEG does not have`)
  const { restartEvery } = tables
  const [before, bit] = isWhole ? [0, 0] : [steps >> 4, steps & 15]
  return { ...band, parts, isWhole, isFirst: before === 0, bit, restartEvery, name }
}
