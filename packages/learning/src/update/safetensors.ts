// The safetensors format, as narrow as updates need it: a length, a JSON header, the numbers. One
// content has one encoding, so that one update has one digest; a reader refuses every other
// spelling, and nothing a stranger wrote is trusted before it is measured.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'

export const elementBytes = { F32: 4, I32: 4, I8: 1 } as const
export type ElementType = keyof typeof elementBytes

export interface Tensor {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  /** Little-endian. */
  readonly bytes: Uint8Array
}

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>
  /** In order of their names. */
  readonly tensors: readonly Tensor[]
}

export const safetensorsLimits = {
  /** Some thousand tensors; a header that is longer hides something. */
  headerBytesMax: 1_048_576,
  tensorsMax: 10_000,
  dimensionsMax: 8,
  nameCharactersMax: 256,
} as const

const LENGTH_BYTES = 8

/** Bytes of our own making. Throws on what no reader would take: that is a bug of the caller. */
export function writeSafetensors({ metadata, tensors }: TensorFile): Uint8Array {
  const header = headerOf(metadata, tensors)
  const size = tensors.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const file = new Uint8Array(LENGTH_BYTES + header.length + size)
  new DataView(file.buffer).setUint32(0, header.length, true)
  file.set(header, LENGTH_BYTES)
  let at = LENGTH_BYTES + header.length
  for (const { bytes } of sorted(tensors)) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

/** The tensors are views of `bytes`, not copies. */
export function readSafetensors(bytes: Uint8Array): Outcome<TensorFile> {
  if (bytes.length < LENGTH_BYTES) return refuse('INVALID', 'the file ends before its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(0, true)
  if (view.getUint32(4, true) !== 0 || length > safetensorsLimits.headerBytesMax) {
    return refuse('TOO_LARGE', `the header is over ${safetensorsLimits.headerBytesMax} bytes`)
  }
  const start = LENGTH_BYTES + length
  if (start > bytes.length) return refuse('INVALID', 'the file ends within its header')
  const text = bytes.subarray(LENGTH_BYTES, start)
  const header = readHeader(text)
  if (!header.ok) return header
  const placed = place(header.value, bytes.subarray(start))
  if (!placed.ok) return placed
  const again = headerOf(placed.value.metadata, placed.value.tensors)
  if (Buffer.compare(again, text) !== 0) {
    return refuse('NOT_CANONICAL', 'the header is not spelt as a writer of ours would')
  }
  return placed
}

const Entry = z.strictObject({
  dtype: z.enum(['F32', 'I32', 'I8']),
  shape: z
    .array(
      z
        .int()
        .min(0)
        .max(2 ** 31),
    )
    .max(safetensorsLimits.dimensionsMax),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
})
type Entry = z.infer<typeof Entry>

interface Header {
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: readonly (readonly [name: string, entry: Entry])[]
}

const METADATA = '__metadata__'

function readHeader(text: Uint8Array): Outcome<Header> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
  } catch {
    return refuse('INVALID', 'the header is not JSON')
  }
  // Not walked by anything of ours but one level deep, and bounded by the length of the header.
  if (typeof json !== 'object' || json === null || !(METADATA in json)) {
    return refuse('INVALID', `the header has no ${METADATA}`)
  }
  const metadata = z.record(z.string(), z.string()).safeParse(json[METADATA])
  if (!metadata.success) return refuse('INVALID', `the ${METADATA} are not texts`)
  const entries: (readonly [string, Entry])[] = []
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA) continue
    const entry = Entry.safeParse(value)
    if (!entry.success || name.length > safetensorsLimits.nameCharactersMax) {
      return refuse('INVALID', 'the header has a tensor that cannot be read')
    }
    entries.push([name, entry.data])
  }
  if (entries.length > safetensorsLimits.tensorsMax) {
    return refuse('TOO_LARGE', `more than ${safetensorsLimits.tensorsMax} tensors`)
  }
  // JSON.parse puts names that are numbers first, wherever they stood.
  const order = (entry: Entry) => entry.data_offsets[0] + entry.data_offsets[1]
  entries.sort(([, one], [, other]) => order(one) - order(other))
  return pass({ metadata: metadata.data, entries })
}

/** Finds each tensor's bytes: one after the other, none shared, none left over. */
function place({ metadata, entries }: Header, data: Uint8Array): Outcome<TensorFile> {
  const tensors: Tensor[] = []
  let at = 0
  for (const [name, { dtype, shape, data_offsets: offsets }] of entries) {
    const [from, to] = offsets
    const elements = shape.reduce((product, size) => product * size, 1)
    // Sizes are at most 2^31 each: too large a product is infinite or inexact, and fits no file.
    if (from !== at || to - from !== elements * elementBytes[dtype] || to > data.length) {
      return refuse('INVALID', `the bytes of tensor ${tensors.length} are not where they belong`)
    }
    tensors.push({ name, type: dtype, shape, bytes: data.subarray(from, to) })
    at = to
  }
  if (at !== data.length) return refuse('INVALID', `${data.length - at} bytes belong to no tensor`)
  return pass({ metadata, tensors })
}

function headerOf(metadata: TensorFile['metadata'], tensors: readonly Tensor[]): Uint8Array {
  let at = 0
  const entries = sorted(tensors).map(({ name, type, shape, bytes }) => {
    const from = at
    at += bytes.length
    const entry: Entry = { dtype: type, shape: [...shape], data_offsets: [from, at] }
    return [name, JSON.stringify(entry)] as const
  })
  const keys = Object.keys(metadata).sort()
  const known = objectText(keys.map((key) => [key, JSON.stringify(metadata[key])] as const))
  const bytes = new TextEncoder().encode(objectText([[METADATA, known], ...entries]))
  // Spaces up to a multiple of eight, so that the numbers can be read where they are.
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0x20)
  padded.set(bytes)
  return padded
}

/** An object in the order given: JSON.stringify would put names that are numbers first. */
function objectText(entries: readonly (readonly [name: string, text: string])[]): string {
  return `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

/** Wide elements first, so that each lies at a multiple of its size; then by name. */
function sorted(tensors: readonly Tensor[]): readonly Tensor[] {
  return [...tensors].sort(
    (one, other) =>
      elementBytes[other.type] - elementBytes[one.type] ||
      (one.name < other.name ? -1 : one.name > other.name ? 1 : 0),
  )
}
