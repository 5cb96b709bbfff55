// CSV by RFC 4180: quoted fields may hold delimiters, line ends and doubled quotes. The first row
// names the columns.

import { chunksOf } from './byte-stream.ts'
import type { Room } from './column-builder.ts'
import { badData } from './data-rejection.ts'
import type { Dataset } from './dataset.ts'
import type { SourceOf } from './sources.ts'
import { buildTable } from './table.ts'

export async function readCsv(source: SourceOf<'csv'>, room: Room): Promise<Dataset> {
  const table = buildTable(source, room)
  let header: ReadonlyMap<string, number> | null = null
  let width = 0
  let number = 0
  for await (const cells of csvRows(source.path, source.delimiter)) {
    number += 1
    const at = `${source.path}, row ${number}`
    if (header === null) {
      header = new Map(cells.map((name, index) => [name.trim(), index]))
      width = cells.length
      continue
    }
    if (cells.length !== width) badData(`${at} has ${cells.length} cells, the header ${width}`)
    const columns = header
    table.row((field) => {
      const index = columns.get(field)
      return index === undefined
        ? badData(`${source.path} has no column '${field}'`)
        : cells[index]!
    }, at)
  }
  return table.finished()
}

const cellCharactersMax = 1 << 20
const cellsMax = 1 << 16

/** Rows as they come; empty lines are none. */
export async function* csvRows(file: string, delimiter: string): AsyncGenerator<string[]> {
  const parser = new CsvParser(delimiter, file)
  const decoder = new TextDecoder('utf-8')
  for await (const chunk of chunksOf(file)) {
    yield* parser.push(decoder.decode(chunk, { stream: true }))
  }
  yield* parser.end()
}

class CsvParser {
  readonly #delimiter: string
  readonly #name: string
  #cells: string[] = []
  #cell = ''
  #state: 'plain' | 'quoted' | 'quote-in-quoted' = 'plain'

  constructor(delimiter: string, name: string) {
    this.#delimiter = delimiter
    this.#name = name
  }

  *push(text: string): Generator<string[]> {
    for (const character of text) {
      if (this.#state === 'quoted') {
        if (character === '"') this.#state = 'quote-in-quoted'
        else this.#add(character)
      } else if (this.#state === 'quote-in-quoted' && character === '"') {
        this.#add('"')
        this.#state = 'quoted'
      } else if (character === '"' && this.#cell === '') this.#state = 'quoted'
      else if (character === this.#delimiter) this.#endCell()
      else if (character === '\n') yield* this.#endRow()
      else if (character !== '\r') this.#add(character)
    }
  }

  *end(): Generator<string[]> {
    if (this.#state === 'quoted') badData(`${this.#name} ends within a quoted cell`)
    yield* this.#endRow()
  }

  #add(character: string): void {
    this.#cell += character
    if (this.#cell.length > cellCharactersMax) badData(`${this.#name} has a cell that is too long`)
  }

  #endCell(): void {
    this.#cells.push(this.#cell)
    this.#cell = ''
    this.#state = 'plain'
    if (this.#cells.length > cellsMax) badData(`${this.#name} has a row of over ${cellsMax} cells`)
  }

  *#endRow(): Generator<string[]> {
    const isEmpty = this.#cells.length === 0 && this.#cell === ''
    this.#endCell()
    const cells = this.#cells
    this.#cells = []
    if (!isEmpty) yield cells
  }
}
