// One JSON object a line; a field is a number, a text, or numbers in lists of any depth.
import { linesOf } from './byte-stream.ts'
import type { Room } from './column-builder.ts'
import { badData } from './data-rejection.ts'
import type { Dataset } from './dataset.ts'
import type { SourceOf } from './sources.ts'
import { buildTable } from './table.ts'

export async function readJsonLines(source: SourceOf<'jsonl'>, room: Room): Promise<Dataset> {
  const table = buildTable(source, room)
  let number = 0
  for await (const line of linesOf(source.path)) {
    number += 1
    if (line.trim() === '') continue
    const at = `${source.path}, line ${number}`
    const row = objectIn(line, at)
    table.row((field) => {
      const value = row.get(field)
      if (value === undefined) return badData(`${at} has no field '${field}'`)
      return typeof value === 'string' ? value : flattened(value, field, at)
    }, at)
  }
  return table.finished()
}

function objectIn(line: string, at: string): ReadonlyMap<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return badData(`${at} is not JSON`)
  }
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
  return isObject ? new Map(Object.entries(parsed as object)) : badData(`${at} is no object`)
}

function flattened(value: unknown, field: string, at: string): readonly number[] {
  if (typeof value === 'number') return [value]
  if (typeof value === 'boolean') return [Number(value)]
  if (Array.isArray(value)) return value.flatMap((item) => flattened(item, field, at))
  return badData(`${at}: '${field}' holds something that is not a number`)
}
