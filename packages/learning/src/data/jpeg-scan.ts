// Fills in the coefficients of a scan: all of them, or those of a band, or one bit more of each.
import { badData } from './data-rejection.ts'
import type { Component } from './jpeg-pixels.ts'
import { BitReader, type HuffmanTable } from './jpeg-words.ts'
import { zigzag } from './jpeg-zigzag.ts'

export interface Scan {
  readonly parts: readonly ScanPart[]
  readonly first: number
  readonly last: number
  /** All of a sequential image at once. */
  readonly isWhole: boolean
  /** The first of the band, or one that adds a bit. */
  readonly isFirst: boolean
  /** The lowest bit that is told. */
  readonly bit: number
  readonly restartEvery: number
  readonly name: string
}

interface ScanPart {
  readonly component: Component
  /** For the direct part, and for the others; null where it was not defined. */
  readonly direct: HuffmanTable | null
  readonly others: HuffmanTable | null
}

/** What goes on from block to block. */
interface Run {
  /** By part: the direct part of the block before. */
  readonly before: Int32Array
  /** Blocks that are at their end already. */
  ended: number
}

/** Gives where the scan ends. */
export function decodeScan(bytes: Uint8Array, start: number, scan: Scan): number {
  const reader = new BitReader(bytes, start, scan.name)
  const run: Run = { before: new Int32Array(scan.parts.length), ended: 0 }
  let units = 0
  for (const unit of unitsOf(scan)) {
    if (scan.restartEvery > 0 && units > 0 && units % scan.restartEvery === 0) {
      reader.restart()
      run.before.fill(0)
      run.ended = 0
    }
    for (const { index, offset } of unit) decodeBlock(reader, scan, index, offset, run)
    units += 1
  }
  return reader.at
}

interface Place {
  /** Of the part, and where the coefficients of the block begin. */
  readonly index: number
  readonly offset: number
}

/** One component goes block by block over its own pixels; several take turns, by sampling. */
function* unitsOf({ parts }: Scan): Generator<readonly Place[]> {
  const [only] = parts
  if (parts.length === 1) {
    const { width, height, columns } = only!.component
    for (let row = 0; row < Math.ceil(height / 8); row++) {
      for (let column = 0; column < Math.ceil(width / 8); column++) {
        yield [{ index: 0, offset: 64 * (row * columns + column) }]
      }
    }
    return
  }
  const { columns, across, down, coefficients } = only!.component
  const unitsAcross = columns / across
  const unitsDown = coefficients.length / 64 / columns / down
  for (let row = 0; row < unitsDown; row++) {
    for (let column = 0; column < unitsAcross; column++) yield placesOf(parts, row, column)
  }
}

function placesOf(parts: readonly ScanPart[], row: number, column: number): readonly Place[] {
  return parts.flatMap(({ component: { across, down, columns } }, index) =>
    Array.from({ length: across * down }, (_, at) => {
      const line = row * down + Math.floor(at / across)
      return { index, offset: 64 * (line * columns + column * across + (at % across)) }
    }),
  )
}

function decodeBlock(reader: BitReader, scan: Scan, index: number, offset: number, run: Run): void {
  const { component, direct, others } = scan.parts[index]!
  const block = component.coefficients.subarray(offset, offset + 64)
  if (scan.first === 0) {
    if (scan.isFirst) {
      const size = reader.word(direct ?? missing(scan))
      if (size > 15) badData(`${scan.name} is damaged`)
      run.before[index]! += reader.signed(size)
      block[0] = run.before[index]! * 2 ** scan.bit
    } else if (reader.bit() === 1) block[0]! |= 1 << scan.bit
  }
  if (scan.last === 0) return
  const table = others ?? missing(scan)
  if (scan.isFirst) decodeBand(reader, scan, table, block, run)
  else refineBand(reader, scan, table, block, run)
}

function decodeBand(
  reader: BitReader,
  { first, last, bit, name }: Scan,
  table: HuffmanTable,
  block: Int16Array,
  run: Run,
): void {
  if (run.ended > 0) {
    run.ended -= 1
    return
  }
  for (let at = Math.max(1, first); at <= last; at++) {
    const word = reader.word(table)
    const [zeros, size] = [word >> 4, word & 15]
    if (size === 0 && zeros < 15) {
      run.ended = (1 << zeros) - 1 + reader.bits(zeros)
      return
    }
    at += zeros
    if (at > last) badData(`${name} is damaged`)
    if (size > 0) block[zigzag[at]!] = reader.signed(size) * 2 ** bit
  }
}

/** One bit more of what is there, and new ones between them. */
function refineBand(
  reader: BitReader,
  { first, last, bit, name }: Scan,
  table: HuffmanTable,
  block: Int16Array,
  run: Run,
): void {
  const step = 1 << bit
  const refine = (place: number) => {
    const value = block[place]!
    if (reader.bit() === 1 && (value & step) === 0)
      block[place] = value + (value > 0 ? step : -step)
  }
  let at = first
  while (run.ended === 0 && at <= last) {
    const word = reader.word(table)
    let zeros = word >> 4
    const size = word & 15
    if (size > 1) badData(`${name} is damaged`)
    if (size === 0 && zeros < 15) {
      run.ended = (1 << zeros) + reader.bits(zeros)
      break
    }
    const made = size === 0 ? 0 : reader.bit() === 1 ? step : -step
    for (; at <= last; at++) {
      const place = zigzag[at]!
      if (block[place] !== 0) refine(place)
      else if (zeros === 0) {
        block[place] = made
        break
      } else zeros -= 1
    }
    at += 1
  }
  if (run.ended === 0) return
  for (; at <= last; at++) if (block[zigzag[at]!] !== 0) refine(zigzag[at]!)
  run.ended -= 1
}

function missing({ name }: Scan): never {
  return badData(`${name} has a scan without its table`)
}
