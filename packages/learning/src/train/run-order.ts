// What a child does with an order: read, compile, test the runtime on made-up data, and only then
// open the private data and train.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Dataset } from '../data/dataset.ts'
import { openDataset } from '../data/open-dataset.ts'
import type { DataSource } from '../data/sources.ts'
import { addLatticeNoise } from '../noise/lattice-gaussian.ts'
import { systemRandom } from '../noise/random-source.ts'
import { modelLimits } from '../onnx/limits.ts'
import { decodeModel } from '../onnx/read-model.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { ChildOrder, ChildReport } from './child-messages.ts'
import { executorFor } from './open-executor.ts'
import { selfTest } from './self-test.ts'
import { initialWeights, planTraining, type Trained, type Training, train } from './train.ts'
import { TrainSpec } from './train-spec.ts'

export async function runOrder(
  order: ChildOrder,
  report: (message: ChildReport) => void,
): Promise<Outcome<Trained>> {
  const spec = TrainSpec.safeParse(order.spec)
  if (!spec.success)
    return refuse('INVALID', spec.error.issues.map(({ message }) => message).join())
  const model = decodeModel(order.model, modelLimits)
  if (!model.ok) return model
  const planned = planTraining(model.value, spec.data)
  if (!planned.ok) return planned
  const training = planned.value
  const open = await executorFor(spec.data)
  const { loss, frozen, sizes } = spec.data
  const tested = await selfTest(model.value, { loss, frozen, sizes, open, reference: null })
  if (!tested.ok) return tested
  report({ type: 'tested', report: tested.value })
  if (!tested.value.isPassed) {
    const failed = tested.value.checks.find(({ worst, bound }) => !(worst <= bound))
    return refuse('TRAINING_FAILED', `this machine fails the self-test '${failed?.name}'`)
  }
  const data = await opened(order.data, training, order.dataBytesMax)
  if (!data.ok) return data
  const validation = await opened(order.validation, training, order.dataBytesMax)
  if (!validation.ok) return validation
  const checkpoint = await lastCheckpoint(order, training)
  if (!checkpoint.ok) return checkpoint
  const start = order.weights ?? initialWeights(model.value, training)
  const random = systemRandom()
  return train(training, start, checkpoint.value, {
    open,
    dataset: data.value!,
    validation: validation.value,
    addNoise: (values, deviation) => addLatticeNoise(values, deviation, random),
    onProgress: (progress) => report({ type: 'progress', progress }),
    save: async (made) => {
      if (order.checkpointFile === null) return
      await writeCheckpoint(order.checkpointFile, training.digest, made)
    },
    memoryBytes: () => process.memoryUsage.rss(),
  })
}

async function opened(
  source: DataSource | null,
  { graph }: Training,
  bytesMax: number,
): Promise<Outcome<Dataset | null>> {
  return source === null ? pass(null) : openDataset(source, graph, bytesMax)
}

async function lastCheckpoint(
  { checkpointFile }: ChildOrder,
  { digest }: Training,
): Promise<Outcome<Checkpoint | null>> {
  return checkpointFile === null ? pass(null) : readCheckpoint(checkpointFile, digest)
}
