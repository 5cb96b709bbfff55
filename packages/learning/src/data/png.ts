// PNG images without interlacing, all colour types and bit depths, as 8-bit samples.
import { crc32, inflateSync } from 'node:zlib'
import { badData } from './data-rejection.ts'

export interface Image {
  readonly width: number
  readonly height: number
  /** 1 grey, 2 grey and alpha, 3 colours, 4 colours and alpha. */
  readonly channels: number
  /** Row by row, the channels of a pixel side by side. */
  readonly samples: Uint8Array
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const pixelsMax = 1 << 24
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: number
}

export function decodePng(bytes: Uint8Array, name: string): Image {
  if (signature.some((byte, at) => bytes[at] !== byte)) badData(`${name} is not a PNG image`)
  const chunks = chunksIn(bytes, name)
  const header = headerOf(chunks.get('IHDR')?.[0], name)
  const packed = chunks.get('IDAT')
  if (packed === undefined) badData(`${name} has no pixels`)
  const channels = channelsOf[header.colour]!
  const lineBytes = Math.ceil((header.width * channels * header.depth) / 8)
  const expected = (lineBytes + 1) * header.height
  const raw = inflated(Buffer.concat(packed!), expected, name)
  const lines = unfiltered(raw, lineBytes, header, name)
  const samples = toBytes(lines, lineBytes, header)
  if (header.colour !== 3) return { ...header, channels, samples }
  return { ...header, channels: 3, samples: throughPalette(samples, chunks.get('PLTE')?.[0], name) }
}

/** Chunks by type, up to the end of the image; the checksum of each is looked at. */
function chunksIn(bytes: Uint8Array, name: string): ReadonlyMap<string, Uint8Array[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks = new Map<string, Uint8Array[]>()
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at)
    if (at + 12 + length > bytes.length) break
    const type = new TextDecoder('latin1').decode(bytes.subarray(at + 4, at + 8))
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      badData(`${name} is damaged in its chunk ${type}`)
    }
    chunks.set(type, [...(chunks.get(type) ?? []), bytes.subarray(at + 8, at + 8 + length)])
    if (type === 'IEND') return chunks
    at += 12 + length
  }
  return badData(`${name} ends too early`)
}

function headerOf(bytes: Uint8Array | undefined, name: string): Header {
  if (bytes?.length !== 13) return badData(`${name} has no header`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, 13)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, colour, interlace] = [bytes[8]!, bytes[9]!, bytes[12]!]
  if (width < 1 || height < 1 || width * height > pixelsMax) {
    badData(`${name} of ${width} by ${height} pixels is empty or larger than ${pixelsMax}`)
  }
  const depths = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] }
  if (!(depths[colour as keyof typeof depths] ?? []).includes(depth)) {
    badData(`${name} has colour type ${colour} at ${depth} bits, which PNG does not have`)
  }
  if (interlace !== 0) badData(`${name} is interlaced: save it without`)
  return { width, height, depth, colour }
}

function inflated(bytes: Uint8Array, expected: number, name: string): Uint8Array {
  let raw: Uint8Array
  try {
    raw = inflateSync(bytes, { maxOutputLength: expected })
  } catch {
    return badData(`${name} does not unpack to its size`)
  }
  return raw.length === expected ? raw : badData(`${name} has too few pixels`)
}

function unfiltered(raw: Uint8Array, lineBytes: number, header: Header, name: string): Uint8Array {
  const step = Math.max(1, (channelsOf[header.colour]! * header.depth) >> 3)
  const lines = new Uint8Array(lineBytes * header.height)
  for (let row = 0; row < header.height; row++) {
    const filter = raw[row * (lineBytes + 1)]!
    if (filter > 4) badData(`${name} has a line with filter ${filter}`)
    const start = row * lineBytes
    for (let at = 0; at < lineBytes; at++) {
      const left = at < step ? 0 : lines[start + at - step]!
      const up = row === 0 ? 0 : lines[start + at - lineBytes]!
      const corner = at < step || row === 0 ? 0 : lines[start + at - lineBytes - step]!
      const value = raw[row * (lineBytes + 1) + 1 + at]!
      lines[start + at] = value + predicted(filter, left, up, corner)
    }
  }
  return lines
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (a <= b && a <= c) return left
  return b <= c ? up : corner
}

/** Samples of fewer bits are spread over a byte, of a palette left as they are; of 16, the high. */
function toBytes(lines: Uint8Array, lineBytes: number, header: Header): Uint8Array {
  const { width, height, depth, colour } = header
  const across = width * channelsOf[colour]!
  if (depth === 8) return lines
  const samples = new Uint8Array(across * height)
  const factor = colour === 3 ? 1 : 255 / (2 ** depth - 1)
  for (let row = 0; row < height; row++) {
    for (let at = 0; at < across; at++) {
      const bit = at * depth
      const byte = lines[row * lineBytes + (bit >> 3)]!
      const value = depth === 16 ? byte : (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
      samples[row * across + at] = depth === 16 ? value : value * factor
    }
  }
  return samples
}

function throughPalette(
  indices: Uint8Array,
  palette: Uint8Array | undefined,
  name: string,
): Uint8Array {
  if (palette === undefined) return badData(`${name} has no palette`)
  const samples = new Uint8Array(indices.length * 3)
  for (const [at, index] of indices.entries()) {
    if (index * 3 + 3 > palette.length) badData(`${name} has a colour outside its palette`)
    samples.set(palette.subarray(index * 3, index * 3 + 3), at * 3)
  }
  return samples
}
