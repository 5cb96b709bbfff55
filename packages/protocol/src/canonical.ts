// Canonical bytes: DAG-CBOR restricted to what JSON can say, plus byte strings. One value, one
// encoding, so equal digests mean equal data. `scanCanonical` reads the bytes once, before any
// decoder does, and refuses whatever an encoder of ours would not have written.
import { decode, encode } from '@ipld/dag-cbor'
import { type KnownPart, writeAfter, writeCanonical } from './canonical-writer.ts'
import { limits } from './limits.ts'
import { type Outcome, pass, refuse } from './outcome.ts'

export type Canonical =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined }

/** Encodes our own data. Throws on what has no canonical form: that is a bug of the caller. */
export function encodeCanonical(value: Canonical): Uint8Array {
  return writeCanonical(value) ?? encode(value)
}

export type { KnownPart } from './canonical-writer.ts'

/**
 * A value's canonical bytes, and what is hashed where it is hashed under a domain. Small ones lie
 * in one piece of memory with others: who keeps them for long keeps a copy.
 */
export interface UnderDomain {
  readonly bytes: Uint8Array
  /** Those of `[domain, value]`: they end with `bytes`. */
  readonly hashed: Uint8Array
}

/**
 * Encodes values under one domain, each once for both uses. An object within a value whose bytes
 * are at hand is not encoded again: `part` says which.
 */
export function encoderUnder(
  domain: string,
): (value: Canonical, part?: KnownPart | null) => UnderDomain {
  // `[domain, null]` up to the null, in place of which the value stands.
  const prefix = encodeCanonical([domain, null]).slice(0, -1)
  return (value, part = null) => {
    const hashed = writeAfter(prefix, value, part) ?? encode([domain, value])
    return { bytes: hashed.subarray(prefix.length), hashed }
  }
}

/** Decodes bytes from anywhere; refuses all but the one canonical encoding. Linear in the size. */
export function decodeCanonical(
  bytes: Uint8Array,
  bytesMax: number = limits.canonicalBytesMax,
): Outcome<Canonical> {
  if (bytes.length > bytesMax) {
    return refuse('TOO_LARGE', `${bytes.length} bytes; at most ${bytesMax} are taken`)
  }
  const fault = scanCanonical(bytes)
  if (fault !== null) return refuse('NOT_CANONICAL', fault)
  return pass(decode<Canonical>(bytes))
}

/** An open array or map: how many items it still owes, and the last key, to check the order. */
interface Open {
  left: number
  readonly isMap: boolean
  lastKey: Uint8Array | null
}

/** Whether bytes are one canonical item, whole; otherwise what is wrong, and where. */
export function scanCanonical(bytes: Uint8Array): string | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const open: Open[] = []
  let at = 0
  let items = 0
  do {
    items += 1
    if (items > limits.canonicalItemsMax) return `more than ${limits.canonicalItemsMax} items`
    const head = readHead(view, at)
    if (typeof head === 'string') return `${head} at byte ${at}`
    const parent = open.at(-1)
    const isKey = parent?.isMap === true && parent.left % 2 === 0
    const end = head.end + head.skip
    if (end > bytes.length) return `the item at byte ${at} runs past the end`
    if (isKey && parent !== undefined) {
      const fault = keyFault(head, bytes.subarray(head.end, end), parent)
      if (fault !== null) return `${fault} at byte ${at}`
    }
    if (head.major === TEXT && !isUtf8(bytes.subarray(head.end, end))) {
      return `a text that is not UTF-8 at byte ${at}`
    }
    if (parent !== undefined) parent.left -= 1
    if (head.children > 0) {
      if (head.children > bytes.length - end) return `more items than bytes at byte ${at}`
      if (open.length >= limits.canonicalDepthMax) return `nested deeper than ${open.length}`
      open.push({ left: head.children, isMap: head.major === MAP, lastKey: null })
    }
    at = end
    while (open.at(-1)?.left === 0) open.pop()
  } while (open.length > 0)
  return at === bytes.length ? null : `bytes after the end at byte ${at}`
}

const UNSIGNED = 0
const NEGATIVE = 1
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const MAP = 5
const SIMPLE = 7

interface Head {
  readonly major: number
  readonly end: number
  /** Bytes of content that follow the head. */
  readonly skip: number
  /** Items that follow: keys and values both count. */
  readonly children: number
}

function readHead(view: DataView, at: number): Head | string {
  if (at >= view.byteLength) return 'the data ends too early'
  const initial = view.getUint8(at)
  const major = initial >> 5
  const info = initial & 31
  if (major === SIMPLE) return readSimple(view, at, info)
  if (info > 27) return 'a length that is reserved or indefinite'
  const width = info < 24 ? 0 : 2 ** (info - 24)
  if (at + 1 + width > view.byteLength) return 'the data ends too early'
  const argument = info < 24 ? info : readUnsigned(view, at + 1, width)
  if (width > 0 && argument < SMALLEST[info - 24]!) return 'an integer longer than it need be'
  const end = at + 1 + width
  switch (major) {
    case UNSIGNED:
    case NEGATIVE:
      if (argument > Number.MAX_SAFE_INTEGER - major) return 'an integer beyond 2^53'
      return { major, end, skip: 0, children: 0 }
    case BYTES:
    case TEXT:
      return { major, end, skip: argument, children: 0 }
    case ARRAY:
      return { major, end, skip: 0, children: argument }
    case MAP:
      return { major, end, skip: 0, children: 2 * argument }
    default:
      return 'a tag; links are written as text'
  }
}

const SMALLEST = [24, 2 ** 8, 2 ** 16, 2 ** 32]

function readUnsigned(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at)
  if (width === 2) return view.getUint16(at)
  if (width === 4) return view.getUint32(at)
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
}

function readSimple(view: DataView, at: number, info: number): Head | string {
  const plain = { major: SIMPLE, skip: 0, children: 0 }
  if (info >= 20 && info <= 22) return { ...plain, end: at + 1 }
  if (info === 27) {
    if (at + 9 > view.byteLength) return 'the data ends too early'
    const number = view.getFloat64(at + 1)
    if (!Number.isFinite(number)) return 'a number that is not finite'
    if (Number.isSafeInteger(number)) return 'a whole number written as a fraction'
    return { ...plain, end: at + 9 }
  }
  if (info === 25 || info === 26) return 'a fraction shorter than 64 bits'
  return 'a simple value other than false, true and null'
}

/** DAG-CBOR: keys are text, in order of length and then of bytes, and none comes twice. */
function keyFault(head: Head, key: Uint8Array, map: Open): string | null {
  if (head.major !== TEXT) return 'a key that is not text'
  if (map.lastKey !== null && compareKeys(map.lastKey, key) >= 0) {
    return 'a key out of order or repeated'
  }
  map.lastKey = key
  return isProto(key) ? 'a key named __proto__' : null
}

function compareKeys(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!
  }
  return 0
}

const PROTO = [...'__proto__'].map((character) => character.charCodeAt(0))

function isProto(key: Uint8Array): boolean {
  return key.length === PROTO.length && PROTO.every((code, i) => key[i] === code)
}

/** RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
function isUtf8(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]!
    if (first < 0x80) {
      i += 1
      continue
    }
    const form = UTF8_FORMS.find(({ from, to }) => first >= from && first <= to)
    if (form === undefined) return false
    const second = bytes[i + 1] ?? 0
    if (second < form.secondFrom || second > form.secondTo) return false
    for (let more = 2; more < form.length; more++) {
      if (((bytes[i + more] ?? 0) & 0xc0) !== 0x80) return false
    }
    i += form.length
  }
  return true
}

const UTF8_FORMS = [
  { from: 0xc2, to: 0xdf, length: 2, secondFrom: 0x80, secondTo: 0xbf },
  { from: 0xe0, to: 0xe0, length: 3, secondFrom: 0xa0, secondTo: 0xbf },
  { from: 0xe1, to: 0xec, length: 3, secondFrom: 0x80, secondTo: 0xbf },
  { from: 0xed, to: 0xed, length: 3, secondFrom: 0x80, secondTo: 0x9f },
  { from: 0xee, to: 0xef, length: 3, secondFrom: 0x80, secondTo: 0xbf },
  { from: 0xf0, to: 0xf0, length: 4, secondFrom: 0x90, secondTo: 0xbf },
  { from: 0xf1, to: 0xf3, length: 4, secondFrom: 0x80, secondTo: 0xbf },
  { from: 0xf4, to: 0xf4, length: 4, secondFrom: 0x80, secondTo: 0x8f },
]
