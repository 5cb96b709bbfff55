// From a task and a data set to what is trained and what it costs.
import { defaultFixedPoint, type LossName, type Phase, type TrainSpecInput } from '@vcp/learning'
import type { RoundOrder, TaskId } from '@vcp/protocol'
import type { DatasetRecord } from '../../datasets/dataset-book.ts'
import type { TrainingTask } from '../trainer.ts'

type Inputs = TrainingTask['inputs']

const lossNames: Readonly<Record<Inputs['loss'], LossName>> = {
  softmax_cross_entropy: 'softmax-cross-entropy',
  binary_cross_entropy: 'binary-cross-entropy',
  mse: 'mean-squared-error',
  l1: 'l1',
  huber: 'huber',
}

/** Of a child beside its data: the runtime, the graph, and weights of a few million numbers. */
const memoryMbMin = 512

/** The task may ask for more memory, and then the training may use it. */
export function memoryMbOf({ requirements }: TrainingTask, { bytes }: DatasetRecord): number {
  const asked = Math.ceil(requirements.min_memory_gb * 1_024)
  return Math.max(memoryMbMin, asked) + Math.ceil(bytes / 2 ** 20)
}

/** The type of labels that a loss goes by. */
export function labelTypeOf({ loss }: Inputs): 'int64' | 'float32' {
  return loss === 'softmax_cross_entropy' ? 'int64' : 'float32'
}

/** Examples that a step is expected to have. */
function expectedOf({ batch_size }: Inputs, { examples }: DatasetRecord): number {
  return Math.min(batch_size, examples)
}

/**
 * What one round costs a data set; null without privacy. Where the unit is a node, a round is one
 * release of all that the node holds, and the noise is the coordinator's.
 */
export function phaseOf({ inputs }: TrainingTask, record: DatasetRecord): Phase | null {
  const { privacy, local_steps: steps } = inputs
  if (privacy === null) return null
  const { noise_multiplier: noiseMultiplier } = privacy
  if (privacy.unit === 'node') return { samplingRate: 1, noiseMultiplier, steps: 1 }
  const samplingRate = expectedOf(inputs, record) / record.examples
  return { samplingRate, noiseMultiplier, steps }
}

/** What a machine has shown that it can train with. */
export type RunsOn = Required<Pick<TrainSpecInput, 'executor' | 'provider'>>

/** Rows of a run: a Poisson sample is seldom larger than three deviations above its mean. */
const rowsMax = 256

export function specOf(task: TrainingTask, record: DatasetRecord, runsOn: RunsOn): TrainSpecInput {
  const { inputs } = task
  const { local_steps: steps, privacy } = inputs
  const expected = expectedOf(inputs, record)
  const isSampled = privacy?.unit === 'example'
  const rows = isSampled ? Math.ceil(expected + 3 * Math.sqrt(expected)) : expected
  return {
    loss: lossNames[inputs.loss],
    steps,
    batchSize: expected,
    physicalBatchSize: Math.min(rowsMax, rows),
    learningRate: inputs.learning_rate,
    optimiser: optimiserOf(inputs),
    proximal: inputs.proximal,
    privacy: isSampled
      ? {
          samplingRate: expected / record.examples,
          noiseMultiplier: privacy.noise_multiplier,
          clipNorm: privacy.clip_norm,
          stepsGranted: steps,
          expectedExamples: expected,
        }
      : null,
    ...runsOn,
    progressEvery: Math.max(1, Math.ceil(steps / 100)),
    memoryBytesMax: memoryMbOf(task, record) * 2 ** 20,
  }
}

function optimiserOf({ optimiser }: Inputs): TrainSpecInput['optimiser'] {
  if (optimiser.name === 'adam') return optimiser
  const { weight_decay: weightDecay, ...rest } = optimiser
  return { ...rest, weightDecay } as TrainSpecInput['optimiser']
}

/** How an update is written, and how long it may be. Where the norm follows the lengths it is the
 *  coordinator that clips, for it has to see them. */
export function formOf({ update_format, privacy, adaptive_clipping: isAdaptive }: Inputs) {
  const format =
    update_format === 'int8'
      ? ({ kind: 'int8' } as const)
      : ({ kind: 'fixed', fixedPoint: defaultFixedPoint } as const)
  const isClipped = privacy?.unit === 'node' && !isAdaptive
  return { format, clipNorm: isClipped ? privacy.clip_norm : null }
}

/**
 * The ledger's name for a contribution. By the model and not by the round: a round that was given
 * up is tried again on the same model, and the update that was paid for then is as good.
 */
export function releaseOf(taskId: TaskId, { number, model }: RoundOrder, attempt: number): string {
  return `${taskId}/${number}/${model}/${attempt}`
}
