// The types of a module's exported functions, which WebAssembly does not tell JavaScript. Reads
// what the instrumenter wrote and the engine has validated, so it need not doubt the bytes.
import { list, sectionsOf } from '../module/instrumented-sections.ts'
import type { Reader } from '../module/reader.ts'
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

const TYPES = 1
const IMPORTS = 2
const FUNCTIONS = 3
const EXPORTS = 7
const FUNCTION = 0

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
