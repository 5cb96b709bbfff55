import { statSync } from 'node:fs'
import {
  type DataSource,
  type Dataset,
  type PrivacyLedger,
  pathsOf,
  readDataset,
  sourceAt,
  withLabels,
} from '@vcp/learning'
import { type Outcome, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../../command.ts'
import {
  type DatasetBook,
  DatasetName,
  type DatasetRecord,
  type FormerDataset,
  openDatasetBook,
} from '../../../datasets/dataset-book.ts'
import { datasetText, shownDataset } from '../../../datasets/dataset-text.ts'
import { Grantee, granted } from '../../../datasets/grants.ts'
import { openLedger } from '../../../datasets/ledger-place.ts'

const formats = {
  csv: 'csv',
  npz: 'npy',
  idx: 'idx',
  jsonl: 'jsonl',
  parquet: 'parquet',
  images: 'images',
} as const
const formatNames = Object.keys(formats) as [keyof typeof formats]

const Names = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(z.string().min(1)).min(1))

/** Data of a training has to fit into memory, and here it is read whole. */
const bytesMax = 2 ** 33

export const command = defineCommand({
  about:
    'Lets tasks train on a data set of this machine, within a privacy budget. The data never ' +
    'leaves; what leaves are updates with noise, and each costs some of the budget, which is ' +
    'never refilled: not by removing the set, and not by a new name for the same file. A node ' +
    'that runs sees the set at once. Tasks of every submitter may use it, unless --allow names ' +
    'them; a set that is added again keeps those that were named. The number of examples is told ' +
    'to everybody; give a round ' +
    'one with --examples where the exact one is a secret.',
  arguments: [
    { form: '<name>', about: 'what tasks call it' },
    { form: '<path>', about: 'a file, or a folder of IDX files or of images by class' },
  ],
  options: [
    { form: '--epsilon <e>', about: 'the budget, over all tasks and for good' },
    { form: '--delta <d>', about: 'the delta of the budget' },
    {
      form: '--format <format>',
      about: 'csv, npz, idx, jsonl, parquet or images; by its name otherwise',
    },
    { form: '--label <column>', about: 'what is to be learned: "label", or "y" of an NPZ' },
    { form: '--features <columns>', about: 'what to learn from, by commas: all others, or "x"' },
    { form: '--classes <names>', about: 'classes in the order of their numbers, where texts' },
    { form: '--examples <n>', about: 'how many examples to declare: two digits of the count' },
    { form: '--allow-plain', about: 'also tasks without privacy may train on it' },
    {
      form: '--allow <requester...>',
      about: 'tasks of these submitters alone, as `vcp account show` calls them; or "everybody"',
    },
    { form: '--raise', about: 'the budget may become larger than it was' },
  ],
  examples: [
    {
      line: 'vcp node dataset add digits ~/mnist --epsilon 8 --delta 1e-5',
      about: 'MNIST as it is published, two IDX files',
    },
    {
      line: 'vcp node dataset add scans ~/scans --epsilon 3 --delta 1e-6 --allow 5feb…9cd7',
      about: 'for the tasks of one submitter',
    },
    {
      line: 'vcp node dataset add fraud cards.csv --label is_fraud --epsilon 3 --delta 1e-6',
      about: 'a table, with a column to be learned',
    },
  ],
  input: z.strictObject({
    name: DatasetName,
    path: z.string().min(1),
    epsilon: z.coerce.number().positive().max(1_000),
    delta: z.coerce.number().positive().max(0.1),
    format: z.enum(formatNames).optional(),
    label: z.string().min(1).optional(),
    features: Names.optional(),
    classes: Names.optional(),
    examples: z.coerce.number().int().min(1).optional(),
    allowPlain: z.boolean().default(false),
    allow: z
      .array(Grantee)
      .min(1)
      .refine((named) => named.length === 1 || !named.includes('everybody'), {
        error: '"everybody" is everybody, and nobody is to be named beside it',
      })
      .optional(),
    raise: z.boolean().default(false),
  }),
  async run(input, { dataDir, host }) {
    const { name, path, format, epsilon, delta } = input
    const source = wanted(
      await sourceAt(path, {
        format: format === undefined ? null : formats[format],
        label: input.label ?? null,
        features: input.features ?? null,
        classes: input.classes ?? null,
      }),
    )
    const book = openDatasetBook(dataDir)
    checkPaths(source, name, [...book.all(), ...book.former()])
    const dataset = await readWhole(source)
    const ledger = openLedger(dataDir)
    try {
      const budget = { epsilon, delta }
      checkBudget(ledger, name, budget, input.raise)
      ledger.grant(name, budget)
      const record: DatasetRecord = {
        name,
        source,
        examples: input.examples ?? twoDigits(dataset.count),
        bytes: bytesOf(dataset),
        allow_plain: input.allowPlain,
        allow: allowedBy(input.allow, book, name),
        added_at_ms: host.nowMs(),
      }
      book.put(record)
      return { ...shownDataset(record, ledger), shapes: shapesOf(dataset) }
    } finally {
      ledger.close()
    }
  },
  text: (data, style) => datasetText([data], style),
})

function wanted<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new VcpError(outcome.code, { message: outcome.reason })
}

/** With labels of either kind: which is wanted is for the loss of a task to say. */
async function readWhole(source: DataSource): Promise<Dataset> {
  const read = await readDataset(source, bytesMax)
  if (read.ok) return read.value
  const again = await readDataset(withLabels(source, 'float32'), bytesMax)
  return wanted(again.ok ? again : read)
}

/** The same file under a second name would have a second budget. */
function checkPaths(source: DataSource, name: string, others: readonly FormerDataset[]): void {
  const places = new Set(pathsOf(source).map(placeOf))
  for (const other of others) {
    if (other.name === name || !pathsOf(other.source).some((path) => places.has(placeOf(path)))) {
      continue
    }
    throw new VcpError('CONFLICT', {
      message: `the file is the data set ${other.name} already, or was, with a budget of its own`,
      hint: 'One set of people has one budget: let tasks use it under the name that it has.',
    })
  }
}

/** By the file itself: it may have several names. */
function placeOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? path : `${stats.dev} ${stats.ino}`
}

function checkBudget(
  ledger: PrivacyLedger,
  name: string,
  { epsilon, delta }: { readonly epsilon: number; readonly delta: number },
  mayRise: boolean,
): void {
  const account = ledger.account('dataset', name)
  if (!account.ok || mayRise) return
  const { budget } = account.value
  if (epsilon <= budget.epsilon && delta <= budget.delta) return
  throw new VcpError('CONFLICT', {
    message:
      `the data set ${name} has a budget of epsilon ${budget.epsilon} at delta ${budget.delta}; ` +
      `epsilon ${epsilon} at ${delta} would be more`,
    hint: 'A promise was made to the people in the data; --raise breaks it knowingly.',
  })
}

/** Who was named before stays named: a policy does not end because a file has changed. */
function allowedBy(
  named: readonly Grantee[] | undefined,
  book: DatasetBook,
  name: string,
): DatasetRecord['allow'] {
  const before = book.find(name) ?? book.former().find((each) => each.name === name)
  if (named === undefined) return before?.allow ?? null
  return named.reduce<DatasetRecord['allow']>(granted, null)
}

function twoDigits(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1)
  return Math.floor(count / unit) * unit
}

function bytesOf({ inputs, labels }: Dataset): number {
  const columns = [...Object.values(inputs), labels]
  return columns.reduce((sum, { data }) => sum + data.byteLength, 0)
}

/** Of one example, by input. */
function shapesOf({ inputs }: Dataset) {
  return Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, [...shape]]))
}
