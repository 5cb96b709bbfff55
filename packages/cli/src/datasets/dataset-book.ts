// The data sets that the operator lets tasks train on. A file of its own, read anew each time: a
// running node sees at once what a command has changed. What each may still spend is not here but
// in the privacy ledger, so that a set that is removed and added again has spent what it had.
import { join } from 'node:path'
import { DataSource } from '@vcp/learning'
import { Digest, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { checkDataFolder, openDataFolder } from '../keystore/data-folder.ts'
import { readSecret, writeSecret } from '../keystore/secret-file.ts'
import { parseSecret } from '../keystore/secret-json.ts'

export const DatasetName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, 'a name is made of letters, digits, - and _')

/** Data sets of a node, and submitters named for one of them. */
const entriesMax = 1_000

export const DatasetRecord = z.strictObject({
  name: DatasetName,
  source: DataSource,
  /** As the operator declares it: it is told to everybody, and sampling is by it. */
  examples: z.int().min(1),
  /** What it took in memory when it was added. */
  bytes: z.int().min(0),
  /** Whether tasks may use it that ask for no privacy. */
  allow_plain: z.boolean(),
  /** The submitters whose tasks may use it, as their coordinator calls them; null: all. */
  allow: z.array(Digest).max(entriesMax).nullable().default(null),
  added_at_ms: z.int(),
})
export type DatasetRecord = z.infer<typeof DatasetRecord>

/** What was taken away again: its file has had a budget, and a policy, under this name. */
const FormerDataset = DatasetRecord.pick({ name: true, source: true, allow: true })
export type FormerDataset = z.infer<typeof FormerDataset>

export interface DatasetBook {
  all(): readonly DatasetRecord[]
  former(): readonly FormerDataset[]
  find(name: string): DatasetRecord | null
  /** In the place of one of the same name, where there is one. */
  put(record: DatasetRecord): void
  /** False where there is none of the name. */
  remove(name: string): boolean
}

const Book = z.strictObject({
  version: z.literal(1),
  datasets: z.array(DatasetRecord).max(entriesMax),
  former: z.array(FormerDataset).default([]),
})
type Book = z.infer<typeof Book>

const empty: Book = { version: 1, datasets: [], former: [] }
const bytesMax = 16_777_216

export function openDatasetBook(dataDir: string): DatasetBook {
  const file = join(dataDir, 'datasets.json')

  function read(): Book {
    if (!checkDataFolder(dataDir)) return empty
    const text = readSecret(file, { bytesMax, damaged: 'DATASETS_CORRUPT' })?.text
    if (text === undefined) return empty
    const parsed = parseSecret(Book, text)
    if (parsed.ok) return parsed.value
    throw new VcpError('DATASETS_CORRUPT', { message: `${file}: ${parsed.reason}` })
  }

  function write(book: Book): void {
    const text = `${JSON.stringify(book, null, 2)}\n`
    // What could not be read again would take all data sets from the node.
    if (!Book.safeParse(book).success || Buffer.byteLength(text) > bytesMax) {
      throw new VcpError('TOO_LARGE', {
        message: `${file} has no room for this`,
        hint: `It takes ${entriesMax} data sets, ${entriesMax} submitters for each, and 16 MiB.`,
      })
    }
    openDataFolder(dataDir)
    writeSecret(file, text, { replaces: true, unwritable: 'DATA_FOLDER_UNUSABLE' })
  }

  return {
    all: () => read().datasets,
    former: () => read().former,
    find: (name) => read().datasets.find((each) => each.name === name) ?? null,
    put(record) {
      const { datasets, former } = read()
      const others = datasets.filter(({ name }) => name !== record.name)
      write({
        version: 1,
        datasets: [...others, record].sort((one, other) => (one.name < other.name ? -1 : 1)),
        former: former.filter(({ name }) => name !== record.name),
      })
    },
    remove(name) {
      const { datasets, former } = read()
      const gone = datasets.find((each) => each.name === name)
      if (gone === undefined) return false
      const left = datasets.filter((each) => each !== gone)
      const { source, allow } = gone
      write({ version: 1, datasets: left, former: [...former, { name, source, allow }] })
      return true
    },
  }
}
