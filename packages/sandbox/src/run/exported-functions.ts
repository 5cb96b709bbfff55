// The types of a module's exported functions, which WebAssembly does not tell JavaScript. Reads
// what the instrumenter wrote and the engine has validated, so it need not doubt the bytes.
import { Reader } from '../module/reader.ts'
import { type ValueTypeName, valueTypeName } from '../module/value-type.ts'

export interface FunctionType {
  readonly params: readonly ValueTypeName[]
  readonly results: readonly ValueTypeName[]
}

export function exportedFunctions(bytes: Uint8Array): Map<string, FunctionType> {
  const sections = sectionsOf(bytes)
  const types = list(sections.get(TYPES), readType)
  const imported = list(sections.get(IMPORTS), readImport)
  const defined = list(sections.get(FUNCTIONS), (reader) => reader.u32())
  const typeIndices = [...imported, ...defined]
  const found = new Map<string, FunctionType>()
  for (const { name, kind, index } of list(sections.get(EXPORTS), readExport)) {
    if (kind === FUNCTION) found.set(name, types[typeIndices[index]!]!)
  }
  return found
}

const HEADER_BYTES = 8
const TYPES = 1
const IMPORTS = 2
const FUNCTIONS = 3
const EXPORTS = 7
const FUNCTION = 0

function sectionsOf(bytes: Uint8Array): Map<number, Reader> {
  const sections = new Map<number, Reader>()
  const reader = new Reader(bytes, HEADER_BYTES)
  while (!reader.done) {
    const id = reader.u8()
    const length = reader.u32()
    sections.set(id, new Reader(bytes, reader.pos, reader.pos + length))
    reader.skip(length)
  }
  return sections
}

function list<Item>(reader: Reader | undefined, read: (reader: Reader) => Item): Item[] {
  if (reader === undefined) return []
  return Array.from({ length: reader.u32() }, () => read(reader))
}

function readType(reader: Reader): FunctionType {
  reader.skip(1)
  const params = list(reader, readValueType)
  return { params, results: list(reader, readValueType) }
}

function readValueType(reader: Reader): ValueTypeName {
  return valueTypeName(reader.u8())
}

/** The index of its type: an instrumented module imports functions only. */
function readImport(reader: Reader): number {
  reader.name()
  reader.name()
  reader.skip(1)
  return reader.u32()
}

function readExport(reader: Reader): { name: string; kind: number; index: number } {
  return { name: reader.name(), kind: reader.u8(), index: reader.u32() }
}
