import { type WasiFunction, wasiModule, wasiSignatures } from '../../wasi/signatures.ts'
import { within } from '../bounds.ts'
import type { Draft } from '../parse.ts'
import type { Reader } from '../reader.ts'
import { Refused } from '../rejection.ts'
import type { FunctionImport } from '../shape.ts'
import { signatureText, valueTypes } from '../value-type.ts'
import { readTypeIndex } from './structure.ts'

const kinds = ['function', 'table', 'memory', 'global', 'tag']

export function readImports(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('imports', count, reader.pos)
  for (let index = 0; index < count; index++) {
    const offset = reader.pos
    const module = reader.name()
    const name = reader.name()
    const names = { start: offset, end: reader.pos }
    const kind = reader.u8()
    if (kind !== 0) {
      const what = `${kinds[kind] ?? `kind ${kind}`} ${quoted(module, name)} may not be imported`
      throw new Refused('IMPORT_KIND', what, offset)
    }
    const typeIndex = readTypeIndex(reader, draft)
    const entry = { module, name, typeIndex, names, offset }
    checkImport(entry, draft)
    draft.imports.push(entry)
  }
}

/** A function of WASI preview 1 under its own signature; a wrong one would run and be misread. */
function checkImport({ module, name, typeIndex, offset }: FunctionImport, draft: Draft): void {
  if (module !== wasiModule || !Object.hasOwn(wasiSignatures, name)) {
    throw new Refused('IMPORT_UNKNOWN', `${quoted(module, name)} is not provided`, offset)
  }
  const { params, results } = wasiSignatures[name as WasiFunction]
  const expected = signatureText({
    params: params.map((type) => valueTypes[type]),
    results: results.map((type) => valueTypes[type]),
  })
  const actual = signatureText(draft.types[typeIndex]!)
  if (actual !== expected) {
    const detail = `${quoted(module, name)} is ${actual}, but should be ${expected}`
    throw new Refused('IMPORT_SIGNATURE', detail, offset)
  }
}

function quoted(module: string, name: string): string {
  return JSON.stringify(`${module}.${name}`)
}
