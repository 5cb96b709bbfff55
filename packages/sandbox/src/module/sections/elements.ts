// Element segments in their eight encodings: bit 0 passive or declarative, bit 1 an explicit table
// index (or declarative), bit 2 expressions instead of function indices.
import { within } from '../bounds.ts'
import type { Draft } from '../parse.ts'
import type { Reader } from '../reader.ts'
import { Refused } from '../rejection.ts'
import type { ElementSegment } from '../shape.ts'
import { readValueType, valueTypes } from '../value-type.ts'
import { readConstant, readOffset } from './constant-expression.ts'

export function readElements(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('elementSegments', count, reader.pos)
  let items = 0
  for (let index = 0; index < count; index++) {
    const segment = readSegment(reader, draft)
    items += segment.items.length
    within('elements', items, reader.pos)
    draft.elements.push(segment)
  }
}

function readSegment(reader: Reader, draft: Draft): ElementSegment {
  const start = reader.pos
  const flags = reader.u32()
  if (flags > 7) throw new Refused('MALFORMED_TYPE', `element segment of kind ${flags}`, start)
  const active = (flags & 1) === 0
  const explicit = (flags & 2) !== 0
  const mode = active ? 'active' : explicit ? 'declarative' : 'passive'
  const table = active && explicit ? reader.u32() : 0
  if (active && table >= draft.tables.length) {
    throw new Refused('INVALID_INDEX', `there is no table ${table}`, start)
  }
  const at = active ? readOffset(reader) : null
  const expressions = (flags & 4) !== 0
  if (!active || explicit) readKind(reader, expressions)
  const length = reader.count()
  within('elements', length, reader.pos)
  const items: number[] = []
  for (let index = 0; index < length; index++) {
    items.push(expressions ? readReference(reader, draft) : readFunction(reader, draft))
  }
  return { mode, table, at, items }
}

function readKind(reader: Reader, expressions: boolean): void {
  const at = reader.pos
  if (expressions ? readValueType(reader) === valueTypes.funcref : reader.u8() === 0) return
  throw new Refused('MALFORMED_TYPE', 'an element segment that is not of functions', at)
}

function readReference(reader: Reader, draft: Draft): number {
  const at = reader.pos
  const constant = readConstant(reader)
  if (constant.kind === 'null') return -1
  if (constant.kind === 'function') return existing(constant.index, draft, at)
  throw new Refused('INVALID_MODULE', 'an element that is no reference', at)
}

function readFunction(reader: Reader, draft: Draft): number {
  const at = reader.pos
  return existing(reader.u32(), draft, at)
}

function existing(index: number, draft: Draft, offset: number): number {
  if (index < draft.imports.length + draft.functions.length) return index
  throw new Refused('INVALID_INDEX', `there is no function ${index}`, offset)
}
