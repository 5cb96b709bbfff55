// A training as a person writes it down: files where a task names blobs, nodes and privacy in
// words. What a field may be is for the task's own schema to say.
import { resolve } from 'node:path'
import type { NamedBlob } from '@vcp/client'
import { compile, decodeModel, type LossName, planAggregation } from '@vcp/learning'
import {
  type FederatedLearning,
  faultsOf,
  limits,
  privacyPresets,
  refuse,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'
import { withFilesNamed } from '../task/named-files.ts'
import { readSpec } from '../task/spec-faults.ts'
import { readSpecFile } from '../task/task-input.ts'

const presets = Object.keys(privacyPresets) as (keyof typeof privacyPresets)[]

/** Sizes of one example by name of the input, and how many classes the model tells apart. */
const Schema = z.strictObject({
  inputs: z.record(z.string(), z.array(z.int().min(1))),
  classes: z.int().min(2).optional(),
})

const Privacy = z.looseObject({ preset: z.enum(presets).optional() })

const TrainFile = z.looseObject({
  /** A file, or the CID of a blob. */
  model: z.string().min(1),
  /** What the model takes, to be held against it. */
  schema: Schema.optional(),
  nodes: z
    .strictObject({ min: z.int().min(1), target: z.int().min(1).optional() })
    .refine(({ min, target = min }) => target >= min, 'target is less than min')
    .optional(),
  privacy: z.union([z.literal('none'), z.enum(presets), Privacy]),
  /** Of nodes, as in any task: regions, min_health, ... */
  requirements: z.looseObject({}).optional(),
  timeouts: z.looseObject({}).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  /** Credits. */
  reward: z.number().min(0).max(1e9).optional(),
})
type TrainFile = z.infer<typeof TrainFile>

export interface ReadTraining {
  readonly task: FederatedLearning
  readonly blobs: readonly NamedBlob[]
}

export async function readTraining(file: string): Promise<ReadTraining> {
  const read = TrainFile.safeParse(await readSpecFile(file))
  if (!read.success) throw invalid(file, faultsOf(read.error).join('; '))
  const { draft, blobs } = await withFilesNamed(draftOf(read.data), resolve(file))
  const spec = readSpec(draft)
  if (!spec.ok) throw invalid(file, spec.reason.replaceAll('inputs.', ''))
  if (spec.value.task_type !== 'federated_learning') throw invalid(file, 'it trains nothing')
  const model = blobs.find(({ cid }) => cid === (spec.value as FederatedLearning).inputs.model)
  if (model !== undefined) checkModel(model.bytes, spec.value, read.data.schema)
  return { task: spec.value, blobs }
}

function draftOf({ nodes, privacy, schema, ...file }: TrainFile): object {
  const { requirements, timeouts, labels, reward, ...inputs } = file
  const asked = nodes === undefined ? {} : { min_nodes: nodes.target ?? nodes.min }
  return {
    task_type: 'federated_learning',
    inputs: {
      ...inputs,
      ...(nodes === undefined ? {} : { updates_min: nodes.min }),
      privacy: privacyOf(privacy),
    },
    requirements: { ...requirements, ...asked },
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(labels === undefined ? {} : { labels }),
    ...(reward === undefined ? {} : { reward_micro: Math.round(reward * 1_000_000) }),
  }
}

function privacyOf(privacy: TrainFile['privacy']): object | null {
  if (privacy === 'none') return null
  if (typeof privacy === 'string') return { budget: privacyPresets[privacy] }
  const { preset, ...rest } = privacy
  return preset === undefined ? rest : { budget: privacyPresets[preset], ...rest }
}

const lossNames: Readonly<Record<FederatedLearning['inputs']['loss'], LossName>> = {
  softmax_cross_entropy: 'softmax-cross-entropy',
  binary_cross_entropy: 'binary-cross-entropy',
  mse: 'mean-squared-error',
  l1: 'l1',
  huber: 'huber',
}

/** What no node could train is found here, before anything is sent. */
function checkModel(
  bytes: Uint8Array,
  { inputs }: FederatedLearning,
  schema: TrainFile['schema'],
): void {
  const loss = lossNames[inputs.loss]
  const model = bytes.length > limits.blobWholeBytesMax ? tooLarge(bytes) : decodeModel(bytes)
  const plan = model.ok ? planAggregation(model.value, loss) : model
  const mode = inputs.privacy === null ? 'plain' : 'clipped'
  const trained = model.ok ? compile(model.value, { mode, loss, batchSize: 2 }) : model
  if (!plan.ok) throw new VcpError(plan.code, { message: plan.reason })
  if (!trained.ok) throw new VcpError(trained.code, { message: trained.reason })
  const { graph } = plan.value
  for (const [name, shape] of Object.entries(schema?.inputs ?? {})) {
    const input = graph.inputs.find((each) => each.name === name)
    const has = input?.shape.slice(1).join(' x ') ?? 'not there'
    if (has === shape.join(' x ')) continue
    const wanted = `the schema has input ${name} as ${shape.join(' x ')}`
    const message = `${wanted}; in the model it is ${has}`
    throw new VcpError('MODEL_INVALID', { message })
  }
  const classes = graph.output.shape.at(-1)
  if (schema?.classes !== undefined && schema.classes !== classes) {
    const message = `the schema has ${schema.classes} classes, and the model's output ${classes}`
    throw new VcpError('MODEL_INVALID', { message })
  }
}

function tooLarge({ length }: Uint8Array) {
  return refuse('TOO_LARGE', `the model has ${length} bytes, over ${limits.blobWholeBytesMax}`)
}

function invalid(file: string, reason: string): VcpError {
  return new VcpError('INVALID', { message: `${file} is no training: ${reason}` })
}
