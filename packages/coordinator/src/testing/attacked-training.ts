// Trainings in which some of twenty nodes do harm: trained by the runner that nodes have, checked
// and put together as a coordinator does it, through its child. Points on a plane, in three
// sectors, some of them labelled wrong.
import {
  type Aggregator,
  type Dataset,
  decodeModel,
  encodeModel,
  encodeUpdate,
  executorFor,
  ModelBuilder,
  planTraining,
  type RandomWords,
  randomWords,
  type SizedBytes,
  seededRandom,
  type Training,
  TrainSpec,
  train,
  updateDigest,
  weightsOf,
  writeNpz,
} from '@vcp/learning'
import { cidOf, FederatedLearning, type Outcome, pass, refuse } from '@vcp/protocol'
import { aggregationSpec, fixedPoint, lossNames } from '../rounds/aggregation-spec.ts'
import { checkUpdate } from '../rounds/check-update.ts'
import { objectionTo } from '../rounds/objections.ts'

export const nodes = 20
const classes = 3
const hidden = 12
const examplesOfNode = 60
const heldOutExamples = 600
const localSteps = 10
const wrongShare = 0.05

type Change = Float64Array

interface Deed {
  readonly change: Change
  readonly honest: readonly Change[]
  /** Normally distributed, as long as the change. */
  readonly noise: () => Change
}

/** What a bad node sends, in place of what it trained. */
export const attacks = {
  /** It has trained on labels that are turned by one. */
  'label flip': ({ change }) => change,
  'sign flip': ({ change }) => change.map((value) => -4 * value),
  scaling: ({ change }) => change.map((value) => -50 * value),
  'free riding': ({ change }) => change.map(() => 0),
  noise: ({ change, noise }) => scaled(noise(), 3 * Math.hypot(...change)),
  /** All send the same: the honest mean, less one and a half deviations everywhere. */
  sybils: ({ honest }) => shifted(honest),
} as const satisfies Record<string, (deed: Deed) => Change>
export type Attack = keyof typeof attacks

/** By name, what a task asks for where so many of its nodes may be bad. */
export const defences = {
  fedavg: () => ({ strategy: 'fedavg' }),
  fedavgm: () => ({ strategy: 'fedavgm', server: { momentum: 0.5, learning_rate: 0.7 } }),
  fedadam: () => ({ strategy: 'fedadam', server: { learning_rate: 0.1 } }),
  'fedavg, clip_norm': () => ({ strategy: 'fedavg', server: { clip_norm: 0.5 } }),
  'fedavg, quality gates': () => ({
    strategy: 'fedavg',
    updates_min: 8,
    quality: { accuracy_min: 0.4, loss_max: 2, cosine_min: 0.2 },
  }),
  median: (bad) => ({ strategy: 'median', server: { byzantine_max: bad } }),
  trimmed_mean: (bad) => ({
    strategy: 'trimmed_mean',
    server: { byzantine_max: bad, trim: bad / nodes },
  }),
  krum: (bad) => ({ strategy: 'krum', server: { byzantine_max: bad } }),
  multi_krum: (bad) => ({ strategy: 'multi_krum', server: { byzantine_max: bad } }),
  bulyan: (bad) => ({ strategy: 'bulyan', server: { byzantine_max: bad } }),
  geometric_median: (bad) => ({ strategy: 'geometric_median', server: { byzantine_max: bad } }),
} as const satisfies Record<string, (bad: number) => object>
export type Defence = keyof typeof defences

export interface Attacked {
  readonly defence: Defence
  readonly attack: Attack
  readonly bad: number
  readonly rounds: number
  readonly seed: number
}

/** Accuracy on the held-out set after the last round, as the coordinator measures it; a refusal of
 *  the task, or of a round. */
export async function accuracyUnder(
  { defence, attack, bad, rounds, seed }: Attacked,
  aggregator: Pick<Aggregator, 'aggregate'>,
): Promise<Outcome<number>> {
  const world = openWorld(seed)
  const task = taskOf(world, defences[defence](bad), rounds)
  const objection = objectionTo(task)
  if (!objection.ok) return objection
  let { model } = world
  let moments: Uint8Array | null = null
  let accuracy = 0
  for (let round = 0; round < rounds; round++) {
    const changes = await changesOf(world, model, attack === 'label flip' ? bad : 0)
    const honest = changes.slice(bad)
    const noise = () => world.normal(changes[0]!.length)
    const updates = changes
      .map((change, node) => (node < bad ? attacks[attack]({ change, honest, noise }) : change))
      .map((change) => encoded(world, change))
      .filter((bytes) => isTaken(world, bytes, task))
    const size = { updates: updates.length, participants: nodes, clipNorm: null, staleness: [] }
    const spec = aggregationSpec(task.inputs, size)
    const made = await aggregator.aggregate(
      { loss: lossNames[task.inputs.loss], spec, seed: null },
      {
        model: sized(model),
        heldOut: sized(world.heldOut),
        moments: moments === null ? null : sized(moments),
        updates: updates.map(sized),
      },
    )
    if (!made.ok) return refuse(made.code, `round ${round + 1}: ${made.reason}`)
    model = made.value.model
    moments = made.value.moments
    accuracy = made.value.accuracy!
  }
  return pass(accuracy)
}

interface World {
  readonly model: Uint8Array
  readonly heldOut: Uint8Array
  readonly datasets: readonly Dataset[]
  readonly trainings: readonly Training[]
  normal(count: number): Change
}

function openWorld(seed: number): World {
  const words = randomWords(seededRandom(new Uint8Array(32).fill(seed)))
  const model = modelFrom(words)
  const datasets = Array.from({ length: nodes }, () => points(examplesOfNode, words, wrongShare))
  const trainings = datasets.map((_, node) => {
    const spec = TrainSpec.parse({
      loss: lossNames.softmax_cross_entropy,
      steps: localSteps,
      batchSize: 20,
      physicalBatchSize: 20,
      learningRate: 0.3,
      seed: node.toString(16).padStart(64, '0'),
    })
    return must(planTraining(must(decodeModel(model)), spec))
  })
  const { inputs, labels } = points(heldOutExamples, words, 0)
  const heldOut = writeNpz({
    x: { shape: [heldOutExamples, 2], data: inputs['x']!.data as Float32Array },
    y: { shape: [heldOutExamples], data: labels.data as BigInt64Array },
  })
  const normal = (count: number) => Float64Array.from({ length: count }, () => normalFrom(words))
  return { model, heldOut, datasets, trainings, normal }
}

function uniform(words: RandomWords): number {
  return words.bits(53) / 2 ** 53
}

function normalFrom(words: RandomWords): number {
  return Math.sqrt(-2 * Math.log(1 - uniform(words))) * Math.cos(2 * Math.PI * uniform(words))
}

function modelFrom(words: RandomWords): Uint8Array {
  const b = new ModelBuilder()
  const random = (count: number, size: number) =>
    Array.from({ length: count }, () => size * normalFrom(words))
  const x = b.input('x', 'float32', ['batch', 2])
  const first = [
    b.weight('w1', [2, hidden], random(2 * hidden, 1)),
    b.weight('b1', [hidden], random(hidden, 0.5)),
  ]
  const inner = b.node('Tanh', [b.node('Gemm', [x, ...first])])
  const last = [
    b.weight('w2', [hidden, classes], random(hidden * classes, 0.3)),
    b.weight('b2', [classes], random(classes, 0)),
  ]
  b.output(b.node('Gemm', [inner, ...last]), ['batch', classes])
  return encodeModel(b.build())
}

function points(count: number, words: RandomWords, wrong: number): Dataset {
  const data = new Float32Array(count * 2)
  const labels = new BigInt64Array(count)
  for (let at = 0; at < count; at++) {
    const turn = uniform(words)
    const radius = 0.5 + uniform(words)
    const angle = 2 * Math.PI * turn
    data.set([radius * Math.cos(angle), radius * Math.sin(angle)], at * 2)
    const label = uniform(words) < wrong ? words.below(classes) : Math.floor(turn * classes)
    labels[at] = BigInt(label)
  }
  return {
    count,
    inputs: { x: { type: 'float32', shape: [2], data } },
    labels: { type: 'int64', shape: [], data: labels },
  }
}

function taskOf({ model, heldOut }: World, asked: object, rounds: number): FederatedLearning {
  return FederatedLearning.parse({
    task_type: 'federated_learning',
    inputs: {
      model: cidOf('raw', model),
      loss: 'softmax_cross_entropy',
      dataset: 'points',
      rounds,
      local_steps: localSteps,
      batch_size: 20,
      learning_rate: 0.3,
      privacy: null,
      updates_min: nodes,
      evaluation: cidOf('raw', heldOut),
      ...asked,
    },
  })
}

/** What each node has learned; the first `flipped` of them from labels that are turned. */
async function changesOf(world: World, model: Uint8Array, flipped: number): Promise<Change[]> {
  const open = await executorFor({ executor: 'native', threads: 1 })
  const decoded = must(decodeModel(model))
  const changes: Change[] = []
  for (const [node, training] of world.trainings.entries()) {
    const start = weightsOf(decoded, training.layout)
    const own = world.datasets[node]!
    const { weights } = must(
      await train(training, start, null, {
        open,
        dataset: node < flipped ? turned(own) : own,
        validation: null,
        addNoise: () => undefined,
        onProgress: () => undefined,
        save: async () => undefined,
        memoryBytes: () => 0,
      }),
    )
    changes.push(Float64Array.from(weights, (weight, at) => weight - start[at]!))
  }
  return changes
}

function turned(dataset: Dataset): Dataset {
  const labels = dataset.labels.data as BigInt64Array
  const data = labels.map((label) => (label + 1n) % BigInt(classes))
  return { ...dataset, labels: { ...dataset.labels, data } }
}

/** Fixed point reaches to 128. */
const reach = 127

function encoded({ trainings }: World, change: Change): Uint8Array {
  const within = change.map((value) => Math.max(-reach, Math.min(reach, value)))
  return must(encodeUpdate({ kind: 'fixed', fixedPoint }, trainings[0]!.layout, within))
}

function isTaken({ trainings }: World, bytes: Uint8Array, task: FederatedLearning): boolean {
  const delta = { delta_digest: updateDigest(bytes) }
  return checkUpdate(bytes, delta, trainings[0]!.layout, task).ok
}

function sized(bytes: Uint8Array): SizedBytes {
  return {
    length: bytes.length,
    file: null,
    async *read() {
      yield bytes
    },
  }
}

function scaled(direction: Change, length: number): Change {
  const factor = length / Math.hypot(...direction)
  return direction.map((value) => factor * value)
}

function shifted(honest: readonly Change[]): Change {
  return honest[0]!.map((_, i) => {
    const values = honest.map((change) => change[i]!)
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length
    return middle - 1.5 * Math.sqrt(variance)
  })
}

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}
