// Makes a small convolutional model and drawn digits for each node, from a seed.
//   node scripts/with-node.mjs examples/train/digits/make.ts
//     [--out folder] [--seed 1] [--nodes 3] [--examples 600]
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  Chance,
  digitModel,
  type Rows,
  readArguments,
  writeInto,
  writeSplit,
} from '../make-model.ts'
import { drawDigit } from './draw-digit.ts'

const side = 16
const heldOut = 500
const model = { side, channels: 8, kernel: 3, hidden: 32 }

function digits(count: number, seed: number): Rows {
  const chance = new Chance(seed)
  const inputs = new Float32Array(count * side * side)
  const labels = new BigInt64Array(count)
  for (let at = 0; at < count; at++) {
    const digit = chance.below(10)
    inputs.set(drawDigit(digit, side, chance), at * side * side)
    labels[at] = BigInt(digit)
  }
  return { shape: [1, side, side], inputs, labelShape: [], labels }
}

const asked = readArguments(dirname(fileURLToPath(import.meta.url)), 600)
writeInto(asked.folder, 'model.onnx', digitModel(model, asked.seed))
writeSplit(asked, digits(asked.nodes * asked.examples + heldOut, asked.seed), heldOut)
