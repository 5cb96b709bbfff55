// Sections to data, with every claim checked against the bytes and the bounds. Types of expressions
// are left to the engine's validation; bodies to the scan.
import { within } from './bounds.ts'
import { Reader } from './reader.ts'
import { Refused } from './rejection.ts'
import { readElements } from './sections/elements.ts'
import { readExports } from './sections/exports.ts'
import { readGlobals } from './sections/globals.ts'
import { readImports } from './sections/imports.ts'
import { readMemories, readTables } from './sections/sizes.ts'
import { readBodies, readData, readFunctions, readTypes } from './sections/structure.ts'
import type { ModuleShape } from './shape.ts'

/** Reads the module's sections. Throws `Refused` with what is wrong. */
export function parseModule(bytes: Uint8Array): ModuleShape {
  within('moduleBytes', bytes.length)
  const reader = new Reader(bytes)
  readHeader(reader)
  const draft = emptyDraft(bytes)
  let lastRank = 0
  while (!reader.done) {
    const at = reader.pos
    const id = reader.u8()
    const size = reader.u32()
    if (size > reader.end - reader.pos) {
      throw new Refused('MALFORMED_TRUNCATED', `section ${id} claims ${size} bytes`, at)
    }
    const end = reader.pos + size
    const section = new Reader(bytes, reader.pos, end)
    if (id === 0) draft.customSections.push(section.name())
    else {
      const rank = rankOf(id, at)
      if (rank <= lastRank) {
        throw new Refused('MALFORMED_SECTION', `section ${id} is repeated or out of order`, at)
      }
      lastRank = rank
      readSection(id, section, draft)
      if (section.pos !== end) {
        throw new Refused('MALFORMED_SECTION', `section ${id} is longer than its content`, at)
      }
    }
    reader.pos = end
  }
  return finished(draft)
}

export type Draft = { -readonly [Key in keyof ModuleShape]: Mutable<ModuleShape[Key]> }
type Mutable<T> = T extends readonly (infer Item)[] ? Item[] : T

function emptyDraft(bytes: Uint8Array): Draft {
  return {
    bytes,
    types: [],
    imports: [],
    functions: [],
    tables: [],
    memory: null,
    globals: [],
    exports: [],
    start: null,
    elements: [],
    dataCount: null,
    bodies: [],
    data: null,
    customSections: [],
  }
}

function readHeader(reader: Reader): void {
  const expected = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
  if (expected.some((byte, at) => reader.bytes[at] !== byte)) {
    throw new Refused('MALFORMED_HEADER', 'not the header of a WebAssembly module', 0)
  }
  reader.pos = expected.length
}

/** Sections come in the order of their numbers, but the count of data segments before the code. */
function rankOf(id: number, offset: number): number {
  const dataCountSection = 12
  if (id === 13) throw new Refused('FEATURE_EXCEPTIONS', 'a section of exception tags', offset)
  if (id > dataCountSection) {
    throw new Refused('MALFORMED_SECTION', `no section ${id} exists`, offset)
  }
  if (id === dataCountSection) return 9.5
  return id
}

function readSection(id: number, section: Reader, draft: Draft) {
  switch (id) {
    case 1:
      return readTypes(section, draft)
    case 2:
      return readImports(section, draft)
    case 3:
      return readFunctions(section, draft)
    case 4:
      return readTables(section, draft)
    case 5:
      return readMemories(section, draft)
    case 6:
      return readGlobals(section, draft)
    case 7:
      return readExports(section, draft)
    case 8:
      draft.start = functionIndex(section, draft)
      return
    case 9:
      return readElements(section, draft)
    case 10:
      return readBodies(section, draft)
    case 11:
      return readData(section, draft)
    default:
      draft.dataCount = section.u32()
  }
}

function functionIndex(reader: Reader, draft: Draft): number {
  const at = reader.pos
  const index = reader.u32()
  if (index >= draft.imports.length + draft.functions.length) {
    throw new Refused('INVALID_INDEX', `there is no function ${index}`, at)
  }
  return index
}

function finished(draft: Draft): ModuleShape {
  if (draft.bodies.length !== draft.functions.length) {
    const detail = `${draft.functions.length} functions declared, ${draft.bodies.length} defined`
    throw new Refused('MALFORMED_SECTION', detail)
  }
  const segments = draft.data?.count ?? 0
  if (draft.dataCount !== null && draft.dataCount !== segments) {
    const detail = `${draft.dataCount} data segments announced, ${segments} there`
    throw new Refused('MALFORMED_SECTION', detail)
  }
  return draft
}
