// Does one task after the other, for as long as its parent has any. It ends with its parent too:
// the channel closes, however that died.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Digest, type Outcome, pass, refuse, sha256, VcpError } from '@vcp/protocol'
import { compile } from '../compile/compile.ts'
import { checkDataset, type Dataset } from '../data/dataset.ts'
import { readDataset } from '../data/open-dataset.ts'
import { seededRandom, systemRandom } from '../noise/random-source.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { decodeModel } from '../onnx/read-model.ts'
import { executorFor } from '../train/open-executor.ts'
import { aggregateRound } from './aggregate-round.ts'
import type {
  AggregationOrder,
  AggregatorReport,
  AggregatorResults,
  AggregatorTask,
  ExaminationOrder,
  Part,
  Parts,
} from './aggregator-messages.ts'
import { openPartReader } from './part-reader.ts'
import { type AggregationPlan, planAggregation } from './plan-aggregation.ts'

const reader = openPartReader(0)

process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('message', (task: AggregatorTask) => void obey(task))
report({ type: 'ready' })

/** The parent sends the next task when it has the report of this one. */
async function obey(task: AggregatorTask): Promise<void> {
  const outcome = await outcomeOf(task)
  if (outcome.ok) report({ type: 'done', result: outcome.value })
  else report({ type: 'refused', code: outcome.code, reason: outcome.reason })
}

async function outcomeOf(
  task: AggregatorTask,
): Promise<Outcome<AggregatorResults[typeof task.kind]>> {
  try {
    if (task.kind === 'aggregate') return await aggregate(task.order, task.parts)
    return await examine(task.order, task.parts)
  } catch (error) {
    // A part that is not there any more; all else is a bug, and ends the process.
    if (error instanceof VcpError) return refuse(error.code, error.message)
    throw error
  }
}

function report(message: AggregatorReport): void {
  process.send?.(message)
}

async function aggregate(
  { loss, spec, seed }: AggregationOrder,
  parts: Parts,
): Promise<Outcome<AggregatorResults['aggregate']>> {
  const opened = await openModel(loss, parts)
  if (!opened.ok) return opened
  const moments = parts.moments === null ? null : take(parts.moments)
  const open = await executorFor({ executor: 'native', threads: 1 })
  const source = seed === null ? systemRandom() : seededRandom(seed)
  const updates = updatesOf(parts)
  return aggregateRound(spec, { ...opened.value, moments, updates, source, open })
}

async function examine(
  { loss, isPrivate }: ExaminationOrder,
  parts: Parts,
): Promise<Outcome<AggregatorResults['examine']>> {
  const opened = await openModel(loss, parts)
  if (!opened.ok) return opened
  const { model, plan, heldOut } = opened.value
  const mode = isPrivate ? 'clipped' : 'plain'
  const trained = compile(model, { mode, loss, batchSize: 2 })
  if (!trained.ok) return trained
  const parameters = plan.layout.map(({ name, shape }) => ({ name, shape }))
  return pass({ parameters, heldOut: heldOut?.count ?? null })
}

interface Opened {
  readonly model: ModelProto
  readonly plan: AggregationPlan
  readonly heldOut: Dataset | null
}

async function openModel(loss: AggregationOrder['loss'], parts: Parts): Promise<Outcome<Opened>> {
  const model = decodeModel(take(parts.model))
  if (!model.ok) return model
  const plan = planAggregation(model.value, loss)
  if (!plan.ok) return plan
  const heldOut = parts.heldOut === null ? pass(null) : await readHeldOut(plan.value, parts.heldOut)
  if (!heldOut.ok) return heldOut
  return pass({ model: model.value, plan: plan.value, heldOut: heldOut.value })
}

/** Unpacked, a held-out set takes some times the bytes that it came in. */
const heldOutBytesMax = 2 ** 30

/** What was unpacked last: the rounds of a training are measured on one set. */
let unpacked: { readonly name: string; readonly digest: Digest; readonly data: Dataset } | null =
  null

async function readHeldOut({ graph }: AggregationPlan, part: Part): Promise<Outcome<Dataset>> {
  const [input, ...others] = graph.inputs
  if (input === undefined || others.length > 0) {
    const reason = 'the held-out set has one array x, and the model takes another number of inputs'
    return refuse('DATASET_INVALID', reason)
  }
  const { name } = input
  const bytes = take(part)
  const digest = sha256(bytes)
  if (unpacked?.digest !== digest || unpacked.name !== name) {
    unpacked = null
    const read = await unpack(name, bytes)
    if (!read.ok) return read
    unpacked = { name, digest, data: read.value }
  }
  const checked = checkDataset(unpacked.data, graph)
  return checked.ok ? checked : refuse(checked.code, `the held-out set: ${checked.reason}`)
}

/** An archive is read from its end, so that it has to be a file. */
async function unpack(name: string, bytes: Uint8Array): Promise<Outcome<Dataset>> {
  const folder = await mkdtemp(join(tmpdir(), 'vcp-held-out-'))
  try {
    const file = join(folder, 'held-out.npz')
    await writeFile(file, bytes, { mode: 0o600 })
    const inputs = { [name]: { path: `${file}:x` } }
    const source = { format: 'npy', inputs, labels: { path: `${file}:y` } } as const
    const read = await readDataset(source, heldOutBytesMax)
    if (read.ok) return read
    return refuse(read.code, `the held-out set: ${read.reason.replaceAll(`${folder}/`, '')}`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** All of them in the same memory, one after the other. */
async function* updatesOf({ updates }: Parts): AsyncGenerator<Uint8Array> {
  const place = new Uint8Array(Math.max(0, ...updates.map(({ length }) => length)))
  for (const part of updates) {
    const update = place.subarray(0, part.length)
    reader.fill(update, part)
    yield update
  }
}

function take(part: Part): Uint8Array {
  const bytes = new Uint8Array(part.length)
  reader.fill(bytes, part)
  return bytes
}
