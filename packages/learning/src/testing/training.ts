// A small training with everything in memory.
import type { Dataset } from '../data/dataset.ts'
import type { ModelProto } from '../onnx/messages.ts'
import type { Checkpoint } from '../train/checkpoint.ts'
import { nativeExecutor } from '../train/native-executor.ts'
import {
  initialWeights,
  type Progress,
  planTraining,
  type Training,
  train,
} from '../train/train.ts'
import { TrainSpec, type TrainSpecInput } from '../train/train-spec.ts'
import { mlp } from './models.ts'
import { createNumbers } from './numbers.ts'

export const seed = '5e'.repeat(32)

/** Points on a plane in three sectors, which a small model learns. */
export function sectors(count: number, start = 1): Dataset {
  const numbers = createNumbers(start)
  const points = new Float32Array(count * 2)
  const labels = new BigInt64Array(count)
  for (let at = 0; at < count; at++) {
    const angle = numbers.between(0, 2 * Math.PI)
    points.set([Math.cos(angle), Math.sin(angle)], at * 2)
    labels[at] = BigInt(Math.floor((angle / (2 * Math.PI)) * 3))
  }
  return {
    count,
    inputs: { x: { type: 'float32', shape: [2], data: points } },
    labels: { type: 'int64', shape: [], data: labels },
  }
}

export const base: TrainSpecInput = {
  loss: 'softmax-cross-entropy',
  steps: 60,
  batchSize: 16,
  physicalBatchSize: 8,
  learningRate: 0.5,
  seed,
}

export const sectorModel: ModelProto = mlp([2, 8, 3])

export interface TrainGiven {
  readonly model?: ModelProto
  readonly dataset?: Dataset
  readonly validation?: Dataset
  readonly checkpoint?: Checkpoint
  readonly start?: Float32Array
  readonly addNoise?: (values: Float64Array, deviation: number) => void
}

export function plan(spec: Partial<TrainSpecInput> = {}, model = sectorModel): Training {
  const planned = planTraining(model, TrainSpec.parse({ ...base, ...spec }))
  if (!planned.ok) throw new Error(planned.reason)
  return planned.value
}

export async function trainHere(spec: Partial<TrainSpecInput>, given: TrainGiven = {}) {
  const training = plan(spec, given.model)
  const progress: Progress[] = []
  const saved: Checkpoint[] = []
  const start = given.start ?? initialWeights(given.model ?? sectorModel, training)
  const outcome = await train(training, start, given.checkpoint ?? null, {
    open: nativeExecutor(),
    dataset: given.dataset ?? sectors(64),
    validation: given.validation ?? null,
    addNoise: given.addNoise ?? (() => undefined),
    onProgress: (each) => progress.push(each),
    save: async (made) => {
      const slots = made.slots.map((slot) => slot.slice())
      saved.push({ ...made, weights: made.weights.slice(), slots })
    },
    memoryBytes: () => 0,
  })
  return { outcome, progress, saved, start, training }
}
