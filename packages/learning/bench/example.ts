// Trains a small model under example-level privacy, in a child process, on data of its own making.
//   node scripts/with-node.mjs packages/learning/bench/example.ts
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeModel, ModelBuilder, trainInChild } from '../src/index.ts'

const folder = await mkdtemp(join(tmpdir(), 'vcp-example-'))
const path = join(folder, 'points.csv')
const rows = Array.from({ length: 2_000 }, () => {
  const [x, y] = [Math.random() * 2 - 1, Math.random() * 2 - 1]
  return `${x},${y},${x * y > 0 ? 'same' : 'other'}`
})
await writeFile(path, ['x,y,signs', ...rows].join('\n'))

const small = (count: number) => Array.from({ length: count }, () => Math.random() - 0.5)
const b = new ModelBuilder()
const point = b.input('point', 'float32', ['batch', 2])
const first = [point, b.weight('w1', [2, 16], small(32)), b.weight('b1', [16], small(16))]
const hidden = b.node('Tanh', [b.node('Gemm', first)])
const last = [hidden, b.weight('w2', [16, 2], small(32)), b.weight('b2', [2], small(2))]
b.output(b.node('Gemm', last), ['batch', 2])

const outcome = await trainInChild(
  {
    model: encodeModel(b.build()),
    spec: {
      loss: 'softmax-cross-entropy',
      steps: 300,
      batchSize: 100,
      physicalBatchSize: 128,
      learningRate: 2,
      privacy: { samplingRate: 0.05, noiseMultiplier: 1, clipNorm: 1, stepsGranted: 300 },
      progressEvery: 100,
    },
    data: {
      format: 'csv',
      path,
      delimiter: ',',
      inputs: { point: { fields: ['x', 'y'], type: 'float32' } },
      labels: { fields: ['signs'], type: 'int64', classes: ['other', 'same'] },
    },
    validation: null,
    weights: null,
    checkpointFile: join(folder, 'checkpoint'),
    dataBytesMax: 2 ** 24,
  },
  { onProgress: ({ step, steps }) => console.log(`step ${step} of ${steps}`) },
)
console.log(outcome.ok ? `${outcome.value.weights.length} weights` : outcome.reason)
await rm(folder, { recursive: true })
