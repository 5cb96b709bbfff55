// Makes card payments of which few are fraud, a table for each node, and a model for them. What is
// fraud depends on several columns at once, so that a straight line through them does not find it.
//   node scripts/with-node.mjs examples/train/fraud/make.ts
//     [--out folder] [--seed 1] [--nodes 3] [--examples 2000]
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { archiveOf, Chance, RandomModel, readArguments, writeInto } from '../make-model.ts'

const columns = [
  'amount',
  'hour',
  'distance_km',
  'days_since_last',
  'payments_today',
  'is_abroad',
  'is_online',
  'account_age',
] as const
const heldOut = 1_000

interface Payment {
  /** Each about as far from zero as the others. */
  readonly values: readonly number[]
  readonly isFraud: boolean
}

function payment(chance: Chance): Payment {
  const isFraud = chance.next() < 0.12
  const amount = chance.normal() + (isFraud ? 0.9 : 0)
  const hour = chance.between(-1, 1)
  const distance = Math.abs(chance.normal()) * (isFraud ? 1.6 : 0.7) - 0.8
  const since = chance.normal() - (isFraud ? 0.7 : 0)
  // Many small payments in a row, or one that is large: either, and rarely both.
  const isBurst = isFraud && chance.next() < 0.5
  const today = chance.normal() * 0.6 + (isBurst ? 2.2 : 0)
  const isAbroad = chance.next() < (isFraud ? 0.45 : 0.08) ? 1 : 0
  const isOnline = chance.next() < (isFraud ? 0.7 : 0.4) ? 1 : 0
  const age = chance.normal() - (isFraud ? 0.5 : 0)
  const values = [isBurst ? amount - 1.5 : amount, hour, distance, since, today]
  return { values: [...values, isAbroad, isOnline, age], isFraud }
}

function model(seed: number): Uint8Array {
  const b = new RandomModel(seed)
  let x = b.input('payment', 'float32', ['batch', columns.length])
  x = b.node('Tanh', [b.linear(x, columns.length, 24)])
  x = b.node('Tanh', [b.linear(x, 24, 12)])
  b.output(b.linear(x, 12, 2), ['batch', 2])
  return b.bytes()
}

function tableOf(payments: readonly Payment[]): string {
  const lines = payments.map(({ values, isFraud }) =>
    [...values.map((value) => value.toFixed(4)), isFraud ? 1 : 0].join(),
  )
  return `${[...columns, 'is_fraud'].join()}\n${lines.join('\n')}\n`
}

const asked = readArguments(dirname(fileURLToPath(import.meta.url)), 2_000)
const { folder, seed, nodes, examples } = asked
const chance = new Chance(seed)
const all = Array.from({ length: nodes * examples + heldOut }, () => payment(chance))
writeInto(folder, 'model.onnx', model(seed))
for (let node = 0; node < nodes; node++) {
  const own = all.slice(node * examples, (node + 1) * examples)
  writeInto(folder, `node-${node + 1}.csv`, tableOf(own))
}
const others = all.slice(nodes * examples)
const rows = {
  shape: [columns.length],
  inputs: Float32Array.from(others.flatMap(({ values }) => values)),
  labelShape: [],
  labels: BigInt64Array.from(others, ({ isFraud }) => (isFraud ? 1n : 0n)),
}
writeInto(folder, 'held-out.npz', archiveOf(rows, 0, others.length))
