// Writes canonical bytes several times as fast as the library that defines them, for the shapes
// that our own data has: a log encodes each entry, a signature each message. What is unusual (a key
// or a number of another kind, an object that is no plain data) is left to the library, and a test
// holds the two equal.
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { Canonical } from './canonical.ts'

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

let room = new Uint8Array(65_536)
let view = new DataView(room.buffer)
let at = 0

/** Null where the value is to be left to the library. */
export function writeCanonical(value: Canonical): Uint8Array | null {
  at = 0
  return write(value) ? room.slice(0, at) : null
}

function write(value: Canonical | undefined): boolean {
  switch (typeof value) {
    case 'string':
      return writeText(value)
    case 'number':
      return writeNumber(value)
    case 'boolean':
      reserve(1)
      room[at++] = value ? TRUE : FALSE
      return true
    case 'object':
      return writeObject(value)
    default:
      return false
  }
}

function writeObject(value: Exclude<Canonical, string | number | boolean>): boolean {
  if (value === null) {
    reserve(1)
    room[at++] = NULL
    return true
  }
  if (Array.isArray(value)) return writeArray(value)
  if (value instanceof Uint8Array) {
    writeHead(BYTES, value.length)
    reserve(value.length)
    room.set(value, at)
    at += value.length
    return true
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return writeMap(value as { readonly [key: string]: Canonical | undefined })
}

function writeArray(items: readonly Canonical[]): boolean {
  writeHead(ARRAY, items.length)
  for (const item of items) if (!write(item)) return false
  return true
}

function writeMap(map: { readonly [key: string]: Canonical | undefined }): boolean {
  const keys: string[] = []
  for (const key of Object.keys(map)) {
    if (map[key] === undefined) return false
    // By insertion: objects have few keys, and most come in order of their length already.
    let place = keys.length
    while (place > 0 && isAfter(keys[place - 1]!, key)) {
      keys[place] = keys[place - 1]!
      place -= 1
    }
    keys[place] = key
  }
  writeHead(MAP, keys.length)
  for (const key of keys) {
    const before = at
    if (!writeText(key)) return false
    // Of another key the order is by its bytes.
    if (at - before !== key.length + (key.length < 24 ? 1 : 2)) return false
    if (!write(map[key])) return false
  }
  return true
}

/** By length, then by bytes: of ASCII keys, both are those of the text. */
function isAfter(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length
}

function writeText(text: string): boolean {
  const { length } = text
  // A byte each, if all of it is ASCII, after a head that says so.
  const start = at
  writeHead(TEXT, length)
  reserve(length)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) {
      at = start
      return writeOtherText(text)
    }
    room[at++] = code
  }
  return true
}

function writeOtherText(text: string): boolean {
  if (!text.isWellFormed()) return false
  const bytes = utf8ToBytes(text)
  writeHead(TEXT, bytes.length)
  reserve(bytes.length)
  room.set(bytes, at)
  at += bytes.length
  return true
}

function writeNumber(value: number): boolean {
  if (Number.isSafeInteger(value)) {
    if (value >= 0) writeHead(UNSIGNED, value)
    else writeHead(NEGATIVE, -1 - value)
    return true
  }
  if (!Number.isFinite(value)) return false
  reserve(9)
  room[at] = FLOAT64
  view.setFloat64(at + 1, value)
  at += 9
  return true
}

function writeHead(major: number, argument: number): void {
  reserve(9)
  if (argument < 24) room[at++] = major | argument
  else if (argument < 2 ** 8) {
    room[at++] = major | 24
    room[at++] = argument
  } else if (argument < 2 ** 16) {
    room[at++] = major | 25
    view.setUint16(at, argument)
    at += 2
  } else if (argument < 2 ** 32) {
    room[at++] = major | 26
    view.setUint32(at, argument)
    at += 4
  } else {
    room[at++] = major | 27
    view.setUint32(at, Math.floor(argument / 2 ** 32))
    view.setUint32(at + 4, argument % 2 ** 32)
    at += 8
  }
}

function reserve(bytes: number): void {
  if (at + bytes <= room.length) return
  const larger = new Uint8Array(Math.max(room.length * 2, at + bytes))
  larger.set(room.subarray(0, at))
  room = larger
  view = new DataView(room.buffer)
}
