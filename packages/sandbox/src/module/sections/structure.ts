// Types, functions, bodies and data: lists of plain things.
import { within } from '../bounds.ts'
import type { Draft } from '../parse.ts'
import type { Reader } from '../reader.ts'
import { Refused } from '../rejection.ts'
import { readValueType } from '../value-type.ts'
import { readOffset } from './constant-expression.ts'

export function readTypes(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('types', count, reader.pos)
  for (let index = 0; index < count; index++) {
    const at = reader.pos
    const form = reader.u8()
    if (form >= 0x4d && form <= 0x5f) {
      throw new Refused('FEATURE_GC', `type ${index} is no function type`, at)
    }
    if (form !== 0x60) throw new Refused('MALFORMED_TYPE', `type ${index} has no known form`, at)
    const params = readTypeList(reader, 'parameters')
    const results = readTypeList(reader, 'results')
    draft.types.push({ params, results })
  }
}

function readTypeList(reader: Reader, bound: 'parameters' | 'results'): number[] {
  const count = reader.count()
  within(bound, count, reader.pos)
  const types: number[] = []
  for (let index = 0; index < count; index++) types.push(readValueType(reader))
  return types
}

export function readFunctions(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('functions', count, reader.pos)
  for (let index = 0; index < count; index++) draft.functions.push(readTypeIndex(reader, draft))
}

export function readTypeIndex(reader: Reader, draft: Draft): number {
  const at = reader.pos
  const index = reader.u32()
  if (index >= draft.types.length) {
    throw new Refused('INVALID_INDEX', `there is no type ${index}`, at)
  }
  return index
}

export function readBodies(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('functions', count, reader.pos)
  for (let index = 0; index < count; index++) {
    const size = reader.u32()
    within('functionBytes', size, reader.pos)
    const start = reader.pos
    reader.skip(size)
    draft.bodies.push({ start, end: reader.pos })
  }
}

export function readData(reader: Reader, draft: Draft): void {
  const { pos: start, end } = reader
  const count = reader.count()
  within('dataSegments', count, reader.pos)
  let bytes = 0
  for (let index = 0; index < count; index++) {
    const at = reader.pos
    const mode = reader.u32()
    if (mode > 2) throw new Refused('MALFORMED_TYPE', `data segment of mode ${mode}`, at)
    if (mode === 2 && reader.u32() !== 0) {
      throw new Refused('FEATURE_MULTI_MEMORY', `data segment ${index} for a second memory`, at)
    }
    if (mode !== 1) readOffset(reader)
    const length = reader.u32()
    reader.skip(length)
    bytes += length
  }
  draft.data = { count, range: { start, end }, bytes }
}
