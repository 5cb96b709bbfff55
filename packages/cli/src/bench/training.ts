// A step of a training under privacy, as a node makes it: in a process of its own, on made-up rows.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ChildOrder,
  encodeModel,
  ModelBuilder,
  type Progress,
  trainInChild,
  writeNpz,
} from '@vcp/learning'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { Measure, Work } from './measure.ts'

const layers = [784, 128, 10] as const
const rows = 640
const batch = 64
/** More than anybody waits for. */
const steps = 10_000_000

export const training: Measure = {
  name: 'training',
  about: `private steps of ${batch} examples, ${layers.join('-')}, one core`,
  unit: 'steps',
  async start({ signal: interrupted }) {
    const folder = await mkdtemp(join(tmpdir(), 'vcp-bench-'))
    const path = join(folder, 'rows.npz')
    await writeFile(path, rowsOfNothing())
    const ends = new AbortController()
    const news = newsOf<Progress>()
    const signal = AbortSignal.any([interrupted, ends.signal])
    const ended = trainInChild(orderOf(path), { signal, onProgress: news.tell }).finally(() =>
      rm(folder, { recursive: true, force: true }),
    )
    const end = async () => {
      ends.abort()
      await ended
    }
    const work = { ...stepsOf(news, ended), end }
    const first = await work.some()
    if (first.ok) return pass(work)
    await work.end()
    return first
  },
}

/** The steps that were made since it was asked before. */
function stepsOf(news: News<Progress>, ended: Promise<Outcome<unknown>>): Pick<Work, 'some'> {
  let before = 0
  return {
    async some() {
      const next = await Promise.race([news.next(), ended])
      if ('ok' in next) {
        return next.ok ? refuse('TRAINING_FAILED', 'it was over too soon') : next
      }
      const made = next.step - before
      before = next.step
      return pass(made)
    },
  }
}

interface News<Item> {
  tell(item: Item): void
  /** The newest that was not given out yet. */
  next(): Promise<Item>
}

function newsOf<Item>(): News<Item> {
  let waiting = Promise.withResolvers<Item>()
  let newest: Item | null = null
  return {
    tell(item) {
      newest = item
      waiting.resolve(item)
    },
    async next() {
      await waiting.promise
      const item = newest as Item
      waiting = Promise.withResolvers<Item>()
      return item
    },
  }
}

function orderOf(path: string): ChildOrder {
  return {
    model: perceptron(),
    spec: {
      loss: 'softmax-cross-entropy',
      steps,
      batchSize: batch,
      physicalBatchSize: batch,
      learningRate: 0.01,
      privacy: {
        samplingRate: batch / rows,
        noiseMultiplier: 1,
        clipNorm: 1,
        stepsGranted: steps,
      },
      progressEvery: 1,
    },
    data: {
      format: 'npy',
      inputs: { image: { path: `${path}:x` } },
      labels: { path: `${path}:y` },
    },
    validation: null,
    weights: null,
    checkpointFile: null,
    dataBytesMax: 2 ** 26,
  }
}

function perceptron(): Uint8Array {
  const b = new ModelBuilder()
  const [pixels, hidden, classes] = layers
  const image = b.input('image', 'float32', ['batch', pixels])
  const first = [
    b.weight('w1', [pixels, hidden], small(pixels * hidden)),
    b.weight('b1', [hidden], small(hidden)),
  ]
  const second = [
    b.weight('w2', [hidden, classes], small(hidden * classes)),
    b.weight('b2', [classes], small(classes)),
  ]
  const inner = b.node('Relu', [b.node('Gemm', [image, ...first])])
  b.output(b.node('Gemm', [inner, ...second]), ['batch', classes])
  return encodeModel(b.build())
}

/** Nothing is to be learned of them: how long a step takes does not depend on what they hold. */
function rowsOfNothing(): Uint8Array {
  const [pixels, , classes] = layers
  const y = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i % classes))
  return writeNpz({
    x: { shape: [rows, pixels], data: small(rows * pixels) },
    y: { shape: [rows], data: y },
  })
}

function small(count: number): Float32Array {
  return Float32Array.from(randomBytes(count), (byte) => (byte - 127.5) / 1_275)
}
