// The keys of an object, in the order and with the bytes that canonical data has them in. Most
// objects have keys that another had before, in the same order, so a shape is sorted once.

/** Keys as they are written. */
export interface Shape {
  /** By length, then by bytes. */
  readonly keys: readonly string[]
  /** Of each key, its canonical bytes. */
  readonly heads: readonly Uint8Array[]
}

interface Known {
  /** As the object had them. */
  readonly given: readonly string[]
  readonly shape: Shape
}

/** Keys may be of a stranger's choosing: what is kept of them, and looked through, has an end. */
const firstKeysMax = 256
const perFirstKeyMax = 8
const keysMax = 32
const charactersMax = 512

const byFirstKey = new Map<string, Known[]>()
const empty: Shape = { keys: [], heads: [] }

/** Null for keys that are to be left to the library. */
export function shapeOf(given: readonly string[]): Shape | null {
  const [first] = given
  if (first === undefined) return empty
  const candidates = byFirstKey.get(first)
  if (candidates !== undefined) {
    for (const candidate of candidates) if (isSame(candidate.given, given)) return candidate.shape
  }
  const shape = makeShape(given)
  if (shape !== null && isSmall(given)) remember(first, { given, shape })
  return shape
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}

function isSmall(keys: readonly string[]): boolean {
  if (keys.length > keysMax) return false
  return keys.reduce((sum, { length }) => sum + length, 0) <= charactersMax
}

function remember(first: string, known: Known): void {
  const others = byFirstKey.get(first)
  if (others === undefined) {
    if (byFirstKey.size >= firstKeysMax) byFirstKey.clear()
    byFirstKey.set(first, [known])
    return
  }
  if (others.length >= perFirstKeyMax) others.pop()
  others.unshift(known)
}

/** Longer ones have heads of another length, and objects of ours do not have them. */
const keyCharactersMax = 255

function makeShape(given: readonly string[]): Shape | null {
  const keys = [...given].sort(compare)
  const heads: Uint8Array[] = []
  for (const key of keys) {
    const head = headOf(key)
    if (head === null) return null
    heads.push(head)
  }
  return { keys, heads }
}

/** By length, then by bytes: of ASCII keys, both are those of the text. */
function compare(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length
  return one < other ? -1 : 1
}

const TEXT = 0x60

/** Of a key that is not ASCII the order is by its bytes, which is for the library to find out. */
function headOf(key: string): Uint8Array | null {
  if (key.length > keyCharactersMax) return null
  const before = key.length < 24 ? [TEXT | key.length] : [TEXT | 24, key.length]
  const codes = Array.from({ length: key.length }, (_, i) => key.charCodeAt(i))
  return codes.every((code) => code < 0x80) ? Uint8Array.from([...before, ...codes]) : null
}
