// What lies at a path, as a source: for operators, who name a file and not a schema.
import { open, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { Rejection } from '../onnx/rejection.ts'
import { linesOf } from './byte-stream.ts'
import { badData } from './data-rejection.ts'
import { isFileError } from './file-error.ts'
import { csvRows } from './read-csv.ts'
import { imageName, readImage } from './read-image-folder.ts'
import { parquetColumnsAt } from './read-parquet.ts'
import type { DataFormat, DataSource } from './sources.ts'

export interface SourceWish {
  /** Null: by the name of the file, or by what is in the folder. */
  readonly format: DataFormat | null
  /** The column, key or array that is to be learned; null: `label`, or `y` among arrays. */
  readonly label: string | null
  /** Columns, keys or arrays to learn from; null: all others, or `x` among arrays. */
  readonly features: readonly string[] | null
  /** Names of classes in the order of their numbers, where labels are texts. */
  readonly classes: readonly string[] | null
}

type Wish = Omit<SourceWish, 'format'>

/** Looks at the beginning of the data only; whether all of it is right is for its reader to say. */
export async function sourceAt(path: string, wish: SourceWish): Promise<Outcome<DataSource>> {
  const place = resolve(path)
  try {
    const format = wish.format ?? (await formatOf(place))
    return pass(await finders[format](place, wish))
  } catch (error) {
    if (error instanceof Rejection) return refuse(error.code, error.message)
    if (isFileError(error)) return refuse('INPUT_UNREADABLE', error.message)
    throw error
  }
}

/** One input, whatever a model calls its own. */
const INPUT = 'x'

const finders: Readonly<Record<DataFormat, (path: string, wish: Wish) => Promise<DataSource>>> = {
  async csv(path, wish) {
    const { value: header } = await csvRows(path, ',').next()
    const names = ((header ?? []) as string[]).map((name) => name.trim())
    return { format: 'csv', path, delimiter: ',', ...tableOf(path, names, wish) }
  },
  async jsonl(path, wish) {
    const { value: line } = await linesOf(path).next()
    return { format: 'jsonl', path, ...tableOf(path, keysIn(line ?? '', path), wish) }
  },
  async parquet(path, wish) {
    const names = await parquetColumnsAt(path)
    return { format: 'parquet', path, ...tableOf(path, names, wish) }
  },
  async npy(path, { label, features }) {
    const names = features ?? [INPUT]
    const inputs = names.map((name) => [name, { path: `${path}:${name}` }] as const)
    return {
      format: 'npy',
      inputs: Object.fromEntries(inputs),
      labels: { path: `${path}:${label ?? 'y'}` },
    }
  },
  async idx(path) {
    const names = await readdir(path)
    const images = names.find((name) => /images.*idx3-ubyte(\.gz)?$/.test(name))
    const labels = names.find((name) => /labels.*idx1-ubyte(\.gz)?$/.test(name))
    if (images === undefined || labels === undefined) {
      return badData(`${path} has no pair of IDX files, as train-images-idx3-ubyte and its labels`)
    }
    const scaling = { mean: 0, deviation: 255 }
    const files = { images: join(path, images), labels: join(path, labels) }
    return { format: 'idx', input: INPUT, ...files, scaling }
  },
  async images(path) {
    const file = await firstImageIn(path)
    const { width, height, channels } = await readImage(file)
    const scaling = { mean: 0, deviation: 255 }
    const colours = channels >= 3 ? 3 : 1
    return { format: 'images', input: INPUT, path, channels: colours, width, height, scaling }
  },
}

/** The columns of a table: what is learned from, and what is learned. */
function tableOf(path: string, names: readonly string[], { label, features, classes }: Wish) {
  const answer = label ?? 'label'
  const asked = features ?? names.filter((name) => name !== answer)
  for (const name of [answer, ...asked]) {
    if (!names.includes(name)) badData(`${path} has no column '${name}', only ${names.join(', ')}`)
  }
  if (asked.length === 0) badData(`${path} has nothing but labels`)
  if (asked.includes(answer)) badData(`'${answer}' of ${path} is the label, and no feature`)
  const labels = { fields: [answer], type: 'int64' as const }
  return {
    inputs: { [INPUT]: { fields: [...asked], type: 'float32' as const } },
    labels: classes === null ? labels : { ...labels, classes: [...classes] },
  }
}

function keysIn(line: string, path: string): readonly string[] {
  try {
    const row: unknown = JSON.parse(line)
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return Object.keys(row)
  } catch {
    // Said below: there is only one thing that it should be.
  }
  return badData(`${path} does not begin with a JSON object`)
}

const endings: readonly (readonly [RegExp, DataFormat])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'jsonl'],
  [/\.npz$/i, 'npy'],
  [/\.parquet$/i, 'parquet'],
]

async function formatOf(path: string): Promise<DataFormat> {
  if ((await stat(path)).isDirectory()) {
    const names = await readdir(path)
    return names.some((name) => /idx[13]-ubyte/.test(name)) ? 'idx' : 'images'
  }
  await (await open(path)).close()
  const known = endings.find(([ending]) => ending.test(path))
  return known?.[1] ?? badData(`${path}: its name does not say its format; give --format`)
}

async function firstImageIn(path: string): Promise<string> {
  for (const folder of (await readdir(path, { withFileTypes: true })).sort(byName)) {
    if (!folder.isDirectory() || folder.name.startsWith('.')) continue
    const names = (await readdir(join(path, folder.name))).filter((name) => imageName.test(name))
    if (names.length > 0) return join(path, folder.name, names[0]!)
  }
  return badData(`${path} has no folders of PNG or JPEG images, one for each class`)
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1
}

/** The same data with labels of the type that a loss takes; where the file says it, as it is. */
export function withLabels(source: DataSource, type: 'int64' | 'float32'): DataSource {
  const { format } = source
  if (format !== 'csv' && format !== 'jsonl' && format !== 'parquet') return source
  return { ...source, labels: { ...source.labels, type } } as DataSource
}

/** The files and folders that a source is read from. */
export function pathsOf(source: DataSource): readonly string[] {
  if (source.format === 'idx') return [source.images, source.labels]
  if (source.format !== 'npy') return [source.path]
  const named = [...Object.values(source.inputs), source.labels].map(({ path }) => path)
  return [...new Set(named.map((path) => path.replace(/(\.npz):[^:]+$/i, '$1')))]
}
