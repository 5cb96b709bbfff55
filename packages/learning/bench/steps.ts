// What privacy costs a step: the clipped graph against the plain one, with and without noise and
// update. Interleaved rounds, medians of the thread's processor time; only ratios are worth
// reading.
//   node scripts/with-node.mjs packages/learning/bench/steps.ts [--rounds 15] [--json]
import { parseArgs } from 'node:util'
import type { CompileMode } from '../src/compile/compile.ts'
import { compile } from '../src/compile/compile.ts'
import { addLatticeNoise } from '../src/noise/lattice-gaussian.ts'
import { systemRandom } from '../src/noise/random-source.ts'
import type { ModelProto } from '../src/onnx/messages.ts'
import { lenet, mlp } from '../src/testing/models.ts'
import { type BoundGraph, bindGraph } from '../src/train/bound-graph.ts'
import { sumGradients } from '../src/train/gradient-sum.ts'
import { makeBatch, setBatch } from '../src/train/made-up-batch.ts'
import { nativeExecutor } from '../src/train/native-executor.ts'
import { createOptimiser } from '../src/train/optimiser.ts'
import { layoutOf, weightsOf } from '../src/train/parameter-layout.ts'
import { noiseDeviation } from '../src/train/train.ts'
import { spentMs } from './cpu-time.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
  },
})
// Enough for V8 to have compiled what a step runs.
const warmUps = 40
const rounds = Number(values.rounds)
const privacy = { noiseMultiplier: 1, clipNorm: 1 }

interface Contender {
  readonly name: string
  readonly once: () => Promise<void>
}

async function bound(model: ModelProto, batchSize: number, mode: CompileMode) {
  const compiled = compile(model, { mode, loss: 'softmax-cross-entropy', batchSize })
  if (!compiled.ok) throw new Error(compiled.reason)
  const layout = layoutOf(compiled.value.parameters)
  const weights = weightsOf(model, layout)
  const graph = await bindGraph(compiled.value, layout, weights, nativeExecutor({ threads: 1 }))
  setBatch(graph, makeBatch(compiled.value, 1))
  graph.clipNorm[0] = privacy.clipNorm
  return { graph, weights }
}

/** A whole step: rows in, run, sum, noise where there is any, update. */
function stepOf({ graph, weights }: { graph: BoundGraph; weights: Float32Array }) {
  const { batchSize, mode } = graph.graph
  const column = (data: BoundGraph['labels'], type: 'float32' | 'int64') => ({
    type,
    shape: [data.length / batchSize],
    data: data.slice(),
  })
  const dataset = {
    count: batchSize,
    inputs: Object.fromEntries(
      Object.entries(graph.inputs).map(([name, data]) => [name, column(data, 'float32')]),
    ),
    labels: column(graph.labels, 'int64'),
  }
  const examples = Int32Array.from({ length: batchSize }, (_, at) => at)
  const sum = new Float32Array(weights.length)
  const exact = new Float64Array(mode === 'clipped' ? weights.length : 0)
  const optimiser = createOptimiser({ name: 'sgd', momentum: 0, weightDecay: 0 }, weights.length)
  const random = systemRandom()
  return async () => {
    const isPlain = mode === 'plain'
    const outcome = await sumGradients(graph, dataset, examples, isPlain ? sum : exact)
    if (!outcome.ok) throw new Error(outcome.reason)
    if (!isPlain) {
      addLatticeNoise(exact, noiseDeviation(privacy, sum.length), random)
      sum.set(exact)
    }
    optimiser.update(weights, { sum, scale: 1 / batchSize }, 1e-4, 1)
  }
}

async function measure(contenders: readonly Contender[], repeats: number) {
  const times = contenders.map((): number[] => [])
  for (const { once } of contenders) for (let count = 0; count < warmUps; count++) await once()
  for (let round = 0; round < rounds; round++) {
    for (const [at, { once }] of contenders.entries()) {
      const before = spentMs()
      for (let count = 0; count < repeats; count++) await once()
      times[at]!.push((spentMs() - before) / repeats)
    }
  }
  return Object.fromEntries(
    contenders.map(({ name }, at) => [name, times[at]!.toSorted((a, b) => a - b)[rounds >> 1]!]),
  )
}

async function figuresOf(name: string, model: ModelProto, batchSize: number, repeats: number) {
  const [plain, clipped, bare, dp] = [
    await bound(model, batchSize, 'plain'),
    await bound(model, batchSize, 'clipped'),
    await bound(model, batchSize, 'plain'),
    await bound(model, batchSize, 'clipped'),
  ]
  const ms = await measure(
    [
      { name: 'bare', once: () => bare.graph.executor.run() },
      { name: 'clipped', once: () => dp.graph.executor.run() },
      { name: 'plain', once: stepOf(plain) },
      { name: 'dp', once: stepOf(clipped) },
    ],
    repeats,
  )
  return {
    name,
    batchSize,
    parameters: plain.weights.length,
    ms,
    dpToPlain: ms['dp']! / ms['plain']!,
    clippedToBare: ms['clipped']! / ms['bare']!,
    plainToBare: ms['plain']! / ms['bare']!,
  }
}

const figures = [
  await figuresOf('CNN (LeNet)', lenet(), 64, 4),
  await figuresOf('MLP 784-128-10', mlp([784, 128, 10]), 64, 20),
  await figuresOf('MLP 784-128-10', mlp([784, 128, 10]), 256, 10),
]
if (values.json) console.log(JSON.stringify(figures, null, 2))
else {
  console.log('model            batch  plain ms   DP ms  DP/plain  clipped/bare  plain/bare')
  for (const { name, batchSize, ms, dpToPlain, clippedToBare, plainToBare } of figures) {
    console.log(
      [
        name.padEnd(15),
        String(batchSize).padStart(6),
        ms['plain']!.toFixed(2).padStart(9),
        ms['dp']!.toFixed(2).padStart(7),
        dpToPlain.toFixed(2).padStart(9),
        clippedToBare.toFixed(2).padStart(13),
        plainToBare.toFixed(2).padStart(11),
      ].join(' '),
    )
  }
}
