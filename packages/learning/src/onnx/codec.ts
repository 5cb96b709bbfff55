// Reads and writes messages by tables. What a table does not name is kept as bytes and written
// back at the end of its message, so that a model of a later version survives a round trip.
import { invalid } from './rejection.ts'
import { WireReader, WireWriter, wireTypes } from './wire.ts'

export type ScalarKind = 'int64' | 'int32' | 'float' | 'double' | 'string' | 'bytes'
type Table = MessageTable<object>

export interface Field {
  readonly number: number
  readonly kind: ScalarKind | (() => Table)
  readonly isRepeated: boolean
  /** How it is written; both ways are read, as the specification of protocol buffers asks. */
  readonly isPacked: boolean
}

export interface MessageTable<T extends object> {
  readonly name: string
  readonly fields: { readonly [K in Exclude<keyof T, 'unknown'> & string]-?: Field }
}

/** What every message carries besides its fields. */
export interface Message {
  /** Fields that the table does not name, with their tags. */
  readonly unknown?: readonly Uint8Array[]
}

export interface DecodeLimits {
  readonly nestingMax: number
  readonly valuesMax: number
}

export function decodeMessage<T extends object>(
  table: MessageTable<T>,
  bytes: Uint8Array,
  limits: DecodeLimits,
): T {
  const decoder = { limits, values: 0 }
  return decode(table, new WireReader(bytes), decoder, 1) as T
}

export function encodeMessage<T extends object>(table: MessageTable<T>, message: T): Uint8Array {
  const writer = new WireWriter()
  encode(table, message as Values, writer)
  return writer.finished()
}

/** A message with every repeated field empty but for those given. */
export function make<T extends object>(table: MessageTable<T>, given: Partial<T>): T {
  return { ...emptyOf(table), ...given } as T
}

type Values = Record<string, unknown>

interface Decoder {
  readonly limits: DecodeLimits
  values: number
}

function decode(table: Table, reader: WireReader, decoder: Decoder, depth: number): Values {
  if (depth > decoder.limits.nestingMax) {
    invalid(`${table.name} lies more than ${decoder.limits.nestingMax} messages deep`)
  }
  const message = emptyOf(table)
  const byNumber = fieldsByNumber(table)
  const unknown: Uint8Array[] = []
  while (!reader.done) {
    const start = reader.pos
    const tag = reader.size()
    const number = Math.floor(tag / 8)
    const entry = byNumber.get(number)
    countValues(decoder, 1)
    if (number === 0) invalid(`${table.name} has a field with the number 0`)
    if (entry === undefined) {
      reader.skip(tag % 8)
      unknown.push(reader.bytes.subarray(start, reader.pos))
    } else readField(message, entry, tag % 8, { reader, decoder, depth, owner: table.name })
  }
  if (unknown.length > 0) message['unknown'] = unknown
  return message
}

interface FieldSource {
  readonly reader: WireReader
  readonly decoder: Decoder
  readonly depth: number
  readonly owner: string
}

function readField(
  message: Values,
  [name, field]: readonly [string, Field],
  wireType: number,
  source: FieldSource,
): void {
  const { reader, decoder } = source
  if (field.isRepeated && wireType === wireTypes.bytes && isPackable(field.kind)) {
    const packed = reader.take(reader.size())
    const items = message[name] as unknown[]
    const inner = new WireReader(packed)
    while (!inner.done) {
      countValues(decoder, 1)
      items.push(readScalar(inner, field.kind))
    }
    return
  }
  if (wireType !== wireTypeOf(field.kind)) invalid(`${source.owner}.${name} has a wrong wire type`)
  const value =
    typeof field.kind === 'function'
      ? decode(field.kind(), nested(reader), decoder, source.depth + 1)
      : readScalar(reader, field.kind)
  if (field.isRepeated) (message[name] as unknown[]).push(value)
  else message[name] = value
}

function nested(reader: WireReader): WireReader {
  return new WireReader(reader.take(reader.size()))
}

function readScalar(reader: WireReader, kind: ScalarKind): unknown {
  switch (kind) {
    case 'int64':
      return BigInt.asIntN(64, reader.uint64())
    case 'int32':
      return Number(BigInt.asIntN(32, reader.uint64()))
    case 'float':
      return reader.float()
    case 'double':
      return reader.double()
    case 'bytes':
      return reader.take(reader.size())
    case 'string':
      return readText(reader)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readText(reader: WireReader): string {
  const bytes = reader.take(reader.size())
  try {
    return utf8.decode(bytes)
  } catch {
    return invalid(`a text before byte ${reader.pos} is not UTF-8`)
  }
}

function encode(table: Table, message: Values, writer: WireWriter): void {
  for (const [name, field] of fieldsInOrder(table)) {
    const value = message[name]
    if (value === undefined) continue
    if (!field.isRepeated) writeField(writer, field, value)
    else if (field.isPacked) writePacked(writer, field, value as readonly unknown[])
    else for (const item of value as readonly unknown[]) writeField(writer, field, item)
  }
  for (const bytes of (message['unknown'] ?? []) as readonly Uint8Array[]) writer.bytes(bytes)
}

function writePacked(writer: WireWriter, field: Field, items: readonly unknown[]): void {
  if (items.length === 0) return
  const inner = new WireWriter()
  for (const item of items) writeScalar(inner, field.kind as ScalarKind, item)
  writer.size(field.number * 8 + wireTypes.bytes)
  writer.size(inner.length)
  writer.bytes(inner.finished())
}

function writeField(writer: WireWriter, field: Field, value: unknown): void {
  writer.size(field.number * 8 + wireTypeOf(field.kind))
  if (typeof field.kind === 'function') {
    const inner = new WireWriter()
    encode(field.kind(), value as Values, inner)
    writer.size(inner.length)
    writer.bytes(inner.finished())
  } else writeScalar(writer, field.kind, value)
}

function writeScalar(writer: WireWriter, kind: ScalarKind, value: unknown): void {
  if (kind === 'int64') writer.uint64(value as bigint)
  else if (kind === 'int32') writer.uint64(BigInt(value as number))
  else if (kind === 'float')
    writer.bytes(new Uint8Array(new Float32Array([value as number]).buffer))
  else if (kind === 'double') {
    writer.bytes(new Uint8Array(new Float64Array([value as number]).buffer))
  } else {
    const bytes = kind === 'string' ? encoder.encode(value as string) : (value as Uint8Array)
    writer.size(bytes.length)
    writer.bytes(bytes)
  }
}

const encoder = new TextEncoder()

function wireTypeOf(kind: Field['kind']): number {
  if (kind === 'int64' || kind === 'int32') return wireTypes.varint
  if (kind === 'float') return wireTypes.fixed32
  return kind === 'double' ? wireTypes.fixed64 : wireTypes.bytes
}

function isPackable(kind: Field['kind']): kind is 'int64' | 'int32' | 'float' | 'double' {
  return typeof kind === 'string' && kind !== 'string' && kind !== 'bytes'
}

function countValues(decoder: Decoder, count: number): void {
  decoder.values += count
  if (decoder.values > decoder.limits.valuesMax) {
    invalid(`the model has more than ${decoder.limits.valuesMax} fields and packed numbers`)
  }
}

function emptyOf(table: Table): Values {
  const repeated = fieldsInOrder(table).filter(([, field]) => field.isRepeated)
  return Object.fromEntries(repeated.map(([name]) => [name, []]))
}

const orders = new WeakMap<Table, readonly (readonly [string, Field])[]>()
const numbers = new WeakMap<Table, ReadonlyMap<number, readonly [string, Field]>>()

function fieldsInOrder(table: Table): readonly (readonly [string, Field])[] {
  let order = orders.get(table)
  if (order === undefined) {
    const fields = Object.entries(table.fields as Record<string, Field>)
    order = fields.sort(([, one], [, other]) => one.number - other.number)
    orders.set(table, order)
  }
  return order
}

function fieldsByNumber(table: Table): ReadonlyMap<number, readonly [string, Field]> {
  let known = numbers.get(table)
  if (known === undefined) {
    known = new Map(fieldsInOrder(table).map((entry) => [entry[1].number, entry]))
    numbers.set(table, known)
  }
  return known
}
