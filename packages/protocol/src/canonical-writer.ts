// Writes canonical bytes several times as fast as the library that defines them, for the shapes
// that our own data has: a log encodes each entry, a signature each message. What is unusual (a key
// or a number of another kind, an object that is no plain data) is left to the library, and a test
// holds the two equal.
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { Canonical } from './canonical.ts'
import { shapeOf } from './canonical-shape.ts'

const UNSIGNED = 0x00
const NEGATIVE = 0x20
const BYTES = 0x40
const TEXT = 0x60
const ARRAY = 0x80
const MAP = 0xa0
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6
const FLOAT64 = 0xfb

/** An object within a value whose canonical bytes are at hand already. */
export interface KnownPart {
  readonly value: object
  readonly bytes: Uint8Array
}

/** In place of a position: the value is to be left to the library. */
const LEFT = -1
/** The longest head, and the longest number. */
const headBytes = 9

let room = new Uint8Array(65_536)
let view = new DataView(room.buffer)
let known: KnownPart | null = null

/** Null where the value is to be left to the library. */
export function writeCanonical(value: Canonical): Uint8Array | null {
  const end = write(value, 0)
  return end === LEFT ? null : room.slice(0, end)
}

/**
 * The bytes of a value after a prefix that is ready; null where the value is to be left to the
 * library. They lie in a slab with others: they are for whoever does not keep them.
 */
export function writeAfter(
  prefix: Uint8Array,
  value: Canonical,
  part: KnownPart | null,
): Uint8Array | null {
  known = part
  const end = write(value, copy(prefix, 0))
  known = null
  return end === LEFT ? null : pieceOf(room, end)
}

/** An array of its own takes longer to make, and to be rid of, than its bytes take to copy. */
const slabBytes = 65_536
let slab = new Uint8Array(slabBytes)
let used = 0

function pieceOf(bytes: Uint8Array, length: number): Uint8Array {
  if (length > slabBytes / 8) return bytes.slice(0, length)
  if (used + length > slabBytes) {
    slab = new Uint8Array(slabBytes)
    used = 0
  }
  const piece = slab.subarray(used, used + length)
  piece.set(bytes.subarray(0, length))
  used += length
  return piece
}

/** Each of these takes the place to write to, and returns the place after it. */
function write(value: Canonical | undefined, at: number): number {
  switch (typeof value) {
    case 'string':
      return writeText(value, at)
    case 'number':
      return writeNumber(value, at)
    case 'boolean':
      return writeByte(value ? TRUE : FALSE, at)
    case 'object':
      return writeObject(value, at)
    default:
      return LEFT
  }
}

function writeByte(byte: number, at: number): number {
  reserve(at, 1)
  room[at] = byte
  return at + 1
}

function writeObject(value: Exclude<Canonical, string | number | boolean>, at: number): number {
  if (value === null) return writeByte(NULL, at)
  if (known !== null && value === known.value) return copy(known.bytes, at)
  if (Array.isArray(value)) return writeArray(value, at)
  if (value instanceof Uint8Array) return copy(value, writeHead(BYTES, value.length, at))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return LEFT
  return writeMap(value as { readonly [key: string]: Canonical | undefined }, at)
}

function writeArray(items: readonly Canonical[], at: number): number {
  let next = writeHead(ARRAY, items.length, at)
  for (const item of items) {
    next = write(item, next)
    if (next === LEFT) return LEFT
  }
  return next
}

function writeMap(map: { readonly [key: string]: Canonical | undefined }, at: number): number {
  const shape = shapeOf(Object.keys(map))
  if (shape === null) return LEFT
  const { keys, heads } = shape
  let next = writeHead(MAP, keys.length, at)
  for (let i = 0; i < keys.length; i++) {
    const head = heads[i]!
    reserve(next, head.length)
    // Keys are short: a loop is faster than a call.
    for (let j = 0; j < head.length; j++) room[next + j] = head[j]!
    next = write(map[keys[i]!], next + head.length)
    if (next === LEFT) return LEFT
  }
  return next
}

function writeText(text: string, at: number): number {
  const { length } = text
  // A byte each, if all of it is ASCII, after a head that says so.
  const start = writeHead(TEXT, length, at)
  reserve(start, length)
  const to = room
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) return writeOtherText(text, at)
    to[start + i] = code
  }
  return start + length
}

function writeOtherText(text: string, at: number): number {
  if (!text.isWellFormed()) return LEFT
  const bytes = utf8ToBytes(text)
  return copy(bytes, writeHead(TEXT, bytes.length, at))
}

function writeNumber(value: number, at: number): number {
  if (Number.isSafeInteger(value)) {
    return value >= 0 ? writeHead(UNSIGNED, value, at) : writeHead(NEGATIVE, -1 - value, at)
  }
  if (!Number.isFinite(value)) return LEFT
  reserve(at, headBytes)
  room[at] = FLOAT64
  view.setFloat64(at + 1, value)
  return at + headBytes
}

function writeHead(major: number, argument: number, at: number): number {
  reserve(at, headBytes)
  if (argument < 24) {
    room[at] = major | argument
    return at + 1
  }
  if (argument < 2 ** 8) {
    room[at] = major | 24
    room[at + 1] = argument
    return at + 2
  }
  if (argument < 2 ** 16) {
    room[at] = major | 25
    view.setUint16(at + 1, argument)
    return at + 3
  }
  if (argument < 2 ** 32) {
    room[at] = major | 26
    view.setUint32(at + 1, argument)
    return at + 5
  }
  room[at] = major | 27
  view.setUint32(at + 1, Math.floor(argument / 2 ** 32))
  view.setUint32(at + 5, argument % 2 ** 32)
  return at + headBytes
}

function copy(bytes: Uint8Array, at: number): number {
  reserve(at, bytes.length)
  room.set(bytes, at)
  return at + bytes.length
}

function reserve(at: number, bytes: number): void {
  if (at + bytes <= room.length) return
  const larger = new Uint8Array(Math.max(room.length * 2, at + bytes))
  larger.set(room.subarray(0, at))
  room = larger
  view = new DataView(room.buffer)
}
