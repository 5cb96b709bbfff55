// Makes a LeNet, and from a folder with the four files of MNIST a share for each node and the test
// set to measure on. The files stay as they are, packed or not.
//   node scripts/with-node.mjs examples/train/mnist/make.ts <folder with the MNIST files>
//     [--out folder] [--seed 1] [--nodes 3] [--examples 20000]
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { archiveOf, digitModel, type Rows, readArguments, writeInto } from '../make-model.ts'

const side = 28
const model = { side, channels: 6, kernel: 5, hidden: 84 }

function bytesOf(folder: string, name: string): Uint8Array {
  for (const file of [join(folder, name), join(folder, `${name}.gz`)]) {
    if (!existsSync(file)) continue
    const bytes = readFileSync(file)
    return file.endsWith('.gz') ? gunzipSync(bytes) : bytes
  }
  console.error(`${folder} has no ${name}: it should hold the four files of MNIST, packed or not`)
  process.exit(1)
}

function rowsOf(folder: string, name: 'train' | 't10k'): Rows & { readonly count: number } {
  const images = bytesOf(folder, `${name}-images-idx3-ubyte`)
  const labels = bytesOf(folder, `${name}-labels-idx1-ubyte`)
  const count = labels.length - 8
  return {
    count,
    shape: [1, side, side],
    inputs: Float32Array.from(images.subarray(16), (value) => value / 255),
    labelShape: [],
    labels: BigInt64Array.from(labels.subarray(8), BigInt),
  }
}

const asked = readArguments(dirname(fileURLToPath(import.meta.url)), 20_000)
const [source] = asked.words
if (source === undefined) {
  console.error('name the folder that holds the files of MNIST')
  process.exit(2)
}
writeInto(asked.folder, 'model.onnx', digitModel(model, asked.seed))
const train = rowsOf(source, 'train')
for (let node = 0; node < asked.nodes; node++) {
  const from = Math.min(train.count, node * asked.examples)
  const to = Math.min(train.count, from + asked.examples)
  writeInto(asked.folder, `node-${node + 1}.npz`, archiveOf(train, from, to))
}
const test = rowsOf(source, 't10k')
writeInto(asked.folder, 'held-out.npz', archiveOf(test, 0, test.count))
