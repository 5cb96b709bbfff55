// What a child does with an order: read, compile, test the runtime on made-up data, and only then
// open the private data and train.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Dataset } from '../data/dataset.ts'
import { openDataset } from '../data/open-dataset.ts'
import type { DataSource } from '../data/sources.ts'
import { addLatticeNoise } from '../noise/lattice-gaussian.ts'
import { systemRandom } from '../noise/random-source.ts'
import { modelLimits } from '../onnx/limits.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { decodeModel } from '../onnx/read-model.ts'
import { clippedUpdate } from '../update/clipped-update.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { ChildOrder, ChildReport, ChildResults, ChildTask } from './child-messages.ts'
import { chooseProvider, type ProviderChoice } from './choose-provider.ts'
import type { OpenExecutor } from './executor.ts'
import { executorFor } from './open-executor.ts'
import { sizeOf } from './parameter-layout.ts'
import { predict } from './predict.ts'
import { type Provider, type ProviderWish, tryProvider } from './provider.ts'
import { type SelfTestReport, selfTest } from './self-test.ts'
import { initialWeights, planTraining, type Trained, type Training, train } from './train.ts'
import { TrainSpec } from './train-spec.ts'

type Report = (message: ChildReport) => void

export async function doTask(
  task: ChildTask,
  report: Report,
): Promise<Outcome<ChildResults[keyof ChildResults]>> {
  if (task.kind === 'probe') return probe(task.provider)
  if (task.kind === 'predict') {
    const found = await probe('cpu')
    return found.ok ? predict(task.model, task.rows, found.value.runtime) : found
  }
  const { order } = task
  const planned = planFor(order)
  if (!planned.ok) return planned
  const { training, start } = planned.value
  if (task.kind === 'examine') {
    const data = await opened(order.data, training, order.dataBytesMax)
    return data.ok ? pass({ parameters: sizeOf(training.layout) }) : data
  }
  const trained = await runOrder(order, planned.value, report)
  if (!trained.ok || task.kind === 'train') return trained
  const { weights, steps } = trained.value
  const change = Float64Array.from(weights, (weight, at) => weight - start[at]!)
  const update = clippedUpdate(task.form, training.layout, change)
  return update.ok ? pass({ update: update.value, steps }) : update
}

interface Planned {
  readonly model: ModelProto
  readonly training: Training
  readonly start: Float32Array
}

function planFor(order: ChildOrder): Outcome<Planned> {
  const spec = TrainSpec.safeParse(order.spec)
  if (!spec.success)
    return refuse('INVALID', spec.error.issues.map(({ message }) => message).join())
  const model = decodeModel(order.model, modelLimits)
  if (!model.ok) return model
  const planned = planTraining(model.value, spec.data)
  if (!planned.ok) return planned
  const start = order.weights ?? initialWeights(model.value, planned.value)
  return pass({ model: model.value, training: planned.value, start })
}

async function runOrder(
  order: ChildOrder,
  { model, training, start }: Planned,
  report: Report,
): Promise<Outcome<Trained>> {
  const { spec } = training
  const { open, tested } = await openTested(model, spec, report)
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

interface Tested {
  readonly open: OpenExecutor
  readonly tested: Outcome<SelfTestReport>
}

/** The executor that the specification asks for, or the processor where it computes otherwise. */
async function openTested(model: ModelProto, spec: TrainSpec, report: Report): Promise<Tested> {
  const { loss, frozen, sizes, provider, threads } = spec
  if (provider !== 'cpu') {
    const { nativeExecutor } = await import('./native-executor.ts')
    const openWith = (each: Provider) => nativeExecutor({ threads, provider: each })
    const trial = await tryProvider(provider, model, { loss, frozen, sizes }, openWith)
    if (trial.isFit) return { open: openWith(provider), tested: trial.tested }
    report({ type: 'fell-back', reason: trial.reason })
  }
  const open = await executorFor({ ...spec, provider: 'cpu' })
  const tested = await selfTest(model, { loss, frozen, sizes, open, reference: null })
  return { open, tested }
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

/** The native runtime, or the portable one where there is none for this machine. */
async function probe(wish: ProviderWish): Promise<Outcome<ChildResults['probe']>> {
  let reason = ''
  for (const runtime of ['native', 'portable'] as const) {
    try {
      await executorFor({ executor: runtime, threads: 1 })
    } catch (error) {
      // What a runtime fails with when its library does not load has no form of its own.
      reason = error instanceof Error ? error.message : String(error)
      continue
    }
    if (runtime === 'native') return pass({ runtime, ...(await providerFor(wish)) })
    const isAsked = wish !== 'cpu'
    return pass({ runtime, provider: 'cpu', reasons: isAsked ? [`${wish}: ${reason}`] : [] })
  }
  return refuse('TRAINING_FAILED', `no runtime loads here: ${reason}`)
}

async function providerFor(wish: ProviderWish): Promise<ProviderChoice> {
  const { builtInProviders, nativeExecutor } = await import('./native-executor.ts')
  return chooseProvider(wish, builtInProviders(), (provider) =>
    nativeExecutor({ threads: 1, provider }),
  )
}
