// The steps of a training, in this process. Whoever runs private data uses `trainInChild`, which
// can be stopped at any moment.
import { createHash, randomBytes } from 'node:crypto'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { type CompileOptions, compile, type TrainingGraph } from '../compile/compile.ts'
import type { Dataset } from '../data/dataset.ts'
import { latticePerSigma } from '../noise/lattice-gaussian.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { type BoundGraph, bindGraph } from './bound-graph.ts'
import type { Checkpoint, EarlyStopState } from './checkpoint.ts'
import { evaluate } from './evaluate.ts'
import type { OpenExecutor } from './executor.ts'
import { sumGradients } from './gradient-sum.ts'
import { createOptimiser, type Optimiser } from './optimiser.ts'
import { layoutOf, type ParameterLayout, sizeOf, weightsOf } from './parameter-layout.ts'
import { epochSampler, poissonSampler, randomOfSteps, type Sampler } from './sampling.ts'
import { rateAt } from './schedule.ts'
import type { TrainSpec } from './train-spec.ts'

/** What one training is asked to do; plain data but for the ports. */
export interface Training {
  readonly graph: TrainingGraph
  /** Null unless it stops early. */
  readonly evaluation: TrainingGraph | null
  readonly layout: ParameterLayout
  readonly spec: TrainSpec
  /** Names the training: a checkpoint of another one is not taken up. */
  readonly digest: string
}

export interface Progress {
  readonly step: number
  readonly steps: number
  /** Mean loss of the step's examples. Null under privacy: it would tell of them without noise. */
  readonly loss: number | null
  readonly rate: number
  readonly validationLoss: number | null
}

/** What a training reaches the world through. */
export interface TrainingPorts {
  readonly open: OpenExecutor
  readonly dataset: Dataset
  readonly validation: Dataset | null
  /** Adds Gaussian noise of a standard deviation to each number. Used under privacy only. */
  readonly addNoise: (values: Float64Array, deviation: number) => void
  readonly onProgress: (progress: Progress) => void
  readonly save: (checkpoint: Checkpoint) => Promise<void>
  /** Memory of the process in bytes. */
  readonly memoryBytes: () => number
}

export interface Trained {
  readonly weights: Float32Array
  readonly steps: number
  readonly isStoppedEarly: boolean
}

/** Compiles what a specification asks for. */
export function planTraining(model: ModelProto, spec: TrainSpec): Outcome<Training> {
  const { loss, frozen, sizes, physicalBatchSize: batchSize, privacy } = spec
  const options: Omit<CompileOptions, 'mode'> = { loss, frozen, sizes, batchSize }
  const compiled = compile(model, { ...options, mode: privacy === null ? 'plain' : 'clipped' })
  if (!compiled.ok) return compiled
  const graph = compiled.value
  const layout = layoutOf(graph.parameters)
  const needed = memoryNeeded(graph, layout)
  if (needed > spec.memoryBytesMax) {
    return refuse(
      'TOO_LARGE',
      `it may take ${needed} bytes, over ${spec.memoryBytesMax}: lower the physical batch`,
    )
  }
  const evaluation =
    spec.earlyStop === null ? null : compile(model, { ...options, mode: 'evaluate' })
  if (evaluation !== null && !evaluation.ok) return evaluation
  const digest = createHash('sha256')
    .update(`${graph.digest}${JSON.stringify(spec)}`)
    .digest('hex')
  if (privacy !== null && !(noiseDeviation(privacy, sizeOf(layout)) > 0)) {
    return refuse('INVALID', `noise multiplier ${privacy.noiseMultiplier} is too large to be exact`)
  }
  return pass({ graph, evaluation: evaluation?.value ?? null, layout, spec, digest })
}

/** Runs from the checkpoint, or from the weights given, to the last step. */
export async function train(
  training: Training,
  start: Float32Array,
  checkpoint: Checkpoint | null,
  ports: TrainingPorts,
): Promise<Outcome<Trained>> {
  const { graph, evaluation, layout, spec } = training
  if (start.length !== sizeOf(layout)) {
    return refuse('INVALID', `${start.length} weights for a model of ${sizeOf(layout)}`)
  }
  const weights = start.slice()
  const optimiser = createOptimiser(spec.optimiser, weights.length)
  if (checkpoint !== null && !takeUp(checkpoint, weights, optimiser)) {
    return refuse('INVALID', 'the checkpoint is of a model of another size')
  }
  const bound = await bindGraph(graph, layout, weights, ports.open)
  const looker =
    evaluation === null ? null : await bindGraph(evaluation, layout, weights, ports.open)
  try {
    const run = { training, ports, weights, start, optimiser, bound, looker }
    return await steps(run, checkpoint)
  } finally {
    await bound.close()
    await looker?.close()
  }
}

interface Run {
  readonly training: Training
  readonly ports: TrainingPorts
  readonly weights: Float32Array
  readonly start: Float32Array
  readonly optimiser: Optimiser
  readonly bound: BoundGraph
  readonly looker: BoundGraph | null
}

async function steps(run: Run, checkpoint: Checkpoint | null): Promise<Outcome<Trained>> {
  const { training, ports, weights, optimiser } = run
  const { spec } = training
  const { privacy } = spec
  const seed = spec.seed ?? checkpoint?.seed ?? (privacy === null ? freshSeed() : null)
  const sampler = samplerFor(spec, seed, ports.dataset.count)
  const gradient = new Float32Array(weights.length)
  // Noise goes onto a lattice finer than floats; what is rounded after it tells nothing more.
  const exact = privacy === null ? null : new Float64Array(weights.length)
  let early: EarlyStopState = checkpoint?.earlyStop ?? { bestLoss: null, looks: 0 }
  for (let step = (checkpoint?.step ?? 0) + 1; step <= spec.steps; step++) {
    const outcome = await gradientOf(run, sampler(step - 1), gradient, exact)
    if (!outcome.ok) return outcome
    const { loss, scale } = outcome.value
    const rate = rateAt(step, spec)
    addProximal(gradient, scale, run)
    optimiser.update(weights, { sum: gradient, scale }, rate, step)
    const validationLoss = await look(run, step)
    if (validationLoss !== null) early = judged(early, validationLoss, spec)
    const isStopped = spec.earlyStop !== null && early.looks >= spec.earlyStop.patience
    const isLast = isStopped || step === spec.steps
    if (isLast || step % spec.progressEvery === 0 || validationLoss !== null) {
      ports.onProgress({ step, steps: spec.steps, loss, rate, validationLoss })
    }
    if (spec.checkpointEvery !== null && (isLast || step % spec.checkpointEvery === 0)) {
      await ports.save({ step, seed, weights, slots: optimiser.slots, earlyStop: early })
    }
    const memory = ports.memoryBytes()
    if (memory > spec.memoryBytesMax) {
      return refuse('TRAINING_FAILED', `the training took ${memory} bytes at step ${step}`)
    }
    if (isStopped) return pass({ weights, steps: step, isStoppedEarly: true })
  }
  return pass({ weights, steps: spec.steps, isStoppedEarly: false })
}

interface StepGradient {
  /** The mean loss, or null when it is not to be told. */
  readonly loss: number | null
  readonly scale: number
}

/** Fills in the sum of the step's gradients, with its noise. */
async function gradientOf(
  { training, ports, bound }: Run,
  examples: Int32Array,
  gradient: Float32Array,
  exact: Float64Array | null,
): Promise<Outcome<StepGradient>> {
  const { privacy } = training.spec
  if (privacy !== null) bound.clipNorm[0] = privacy.clipNorm
  const sum = await sumGradients(bound, ports.dataset, examples, exact ?? gradient)
  if (!sum.ok) return sum
  if (privacy === null || exact === null) {
    const scale = 1 / Math.max(1, sum.value.count)
    return pass({ loss: sum.value.lossSum * scale, scale })
  }
  ports.addNoise(exact, noiseDeviation(privacy, exact.length))
  gradient.set(exact)
  // By the size that is expected, not the one that came: that one is private.
  const expected = privacy.expectedExamples ?? privacy.samplingRate * ports.dataset.count
  return pass({ loss: null, scale: 1 / expected })
}

/** z times what one example can change, the rounding to the lattice of the noise included. */
export function noiseDeviation(
  privacy: { readonly noiseMultiplier: number; readonly clipNorm: number },
  coordinates: number,
): number {
  const { noiseMultiplier, clipNorm } = privacy
  // The sensitivity is clipNorm + deviation * share, and the deviation z times that.
  const share = Math.sqrt(coordinates) / latticePerSigma
  return (noiseMultiplier * clipNorm) / (1 - noiseMultiplier * share)
}

/** FedProx: the slope of mu / 2 |w - w0|^2. */
function addProximal(
  gradient: Float32Array,
  scale: number,
  { training, weights, start }: Run,
): void {
  const { proximal } = training.spec
  if (proximal === 0) return
  for (let at = 0; at < gradient.length; at++) {
    gradient[at]! += (proximal / scale) * (weights[at]! - start[at]!)
  }
}

async function look({ training, ports, looker }: Run, step: number): Promise<number | null> {
  const { earlyStop } = training.spec
  if (earlyStop === null || looker === null || step % earlyStop.every !== 0) return null
  if (ports.validation === null) return null
  return (await evaluate(looker, ports.validation)).loss
}

function judged(before: EarlyStopState, loss: number, spec: TrainSpec): EarlyStopState {
  const improvement = spec.earlyStop?.improvement ?? 0
  const isBetter = before.bestLoss === null || loss < before.bestLoss - improvement
  return isBetter ? { bestLoss: loss, looks: 0 } : { ...before, looks: before.looks + 1 }
}

function samplerFor(
  { privacy, batchSize }: TrainSpec,
  seed: string | null,
  count: number,
): Sampler {
  if (privacy !== null) return poissonSampler(count, privacy.samplingRate, randomOfSteps(seed))
  return epochSampler(count, batchSize, seed ?? freshSeed())
}

function freshSeed(): string {
  return randomBytes(32).toString('hex')
}

function takeUp(checkpoint: Checkpoint, weights: Float32Array, optimiser: Optimiser): boolean {
  const fits =
    checkpoint.weights.length === weights.length &&
    checkpoint.slots.length === optimiser.slots.length &&
    checkpoint.slots.every((slot, at) => slot.length === optimiser.slots[at]!.length)
  if (!fits) return false
  weights.set(checkpoint.weights)
  for (const [at, slot] of checkpoint.slots.entries()) optimiser.slots[at]!.set(slot)
  return true
}

/**
 * Weights, gradients, sums and two slots, what a run holds, and what the runtime takes by itself.
 */
function memoryNeeded(graph: TrainingGraph, layout: ParameterLayout): number {
  return sizeOf(layout) * (4 + 4 + 8 + 8) + graph.workingBytesMax + graph.model.length * 2 + 2 ** 27
}

/** The weights that a model comes with, in the order of a training. */
export function initialWeights(model: ModelProto, { layout }: Training): Float32Array {
  return weightsOf(model, layout)
}
