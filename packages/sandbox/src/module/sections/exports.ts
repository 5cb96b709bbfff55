import { abi } from '../../abi.ts'
import { within } from '../bounds.ts'
import type { Draft } from '../parse.ts'
import type { Reader } from '../reader.ts'
import { Refused } from '../rejection.ts'
import { type ExportKind, exportKinds } from '../shape.ts'

export function readExports(reader: Reader, draft: Draft): void {
  const count = reader.count()
  within('exports', count, reader.pos)
  for (let index = 0; index < count; index++) {
    const start = reader.pos
    const name = reader.name()
    const nameRange = { start, end: reader.pos }
    if (name.startsWith(abi.reservedPrefix)) {
      throw new Refused('EXPORT_RESERVED', `export ${JSON.stringify(name)}`, start)
    }
    const kindCode = reader.u8()
    const kind = exportKinds[kindCode]
    if (kind === undefined) {
      const code = kindCode === 4 ? 'FEATURE_EXCEPTIONS' : 'MALFORMED_TYPE'
      throw new Refused(code, `export of kind ${kindCode}`, start)
    }
    const item = reader.u32()
    if (item >= countOf(kind, draft)) {
      throw new Refused('INVALID_INDEX', `there is no ${kind} ${item} to export`, start)
    }
    draft.exports.push({ name, nameRange, kind, index: item })
  }
}

function countOf(kind: ExportKind, draft: Draft): number {
  switch (kind) {
    case 'function':
      return draft.imports.length + draft.functions.length
    case 'table':
      return draft.tables.length
    case 'memory':
      return draft.memory === null ? 0 : 1
    case 'global':
      return draft.globals.length
  }
}
