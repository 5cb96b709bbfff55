// What a round costs the coordinator beyond what its nodes take: 20 updates checked, put together
// in its child, the model evaluated with each of them and with all. Updates lie in files, as they
// do at a coordinator. Checking, asking and the child's work are processor time; the clock's time,
// of asking until there is a model, has in it what else the machine does.
//   node scripts/with-node.mjs packages/learning/bench/round.ts
//     [--updates 20] [--held-out 1000] [--runs 7] [--json]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createAggregator, type SizedBytes } from '../src/aggregate/aggregator.ts'
import type { AggregationOrder } from '../src/aggregate/aggregator-messages.ts'
import { planAggregation } from '../src/aggregate/plan-aggregation.ts'
import type { Dataset } from '../src/data/dataset.ts'
import { writeNpz } from '../src/data/write-npz.ts'
import { decodeModel, encodeModel } from '../src/onnx/read-model.ts'
import { mlp } from '../src/testing/models.ts'
import { createNumbers } from '../src/testing/numbers.ts'
import { take } from '../src/testing/secure-rounds.ts'
import { sizeOf } from '../src/train/parameter-layout.ts'
import { decodeUpdate, encodeUpdate, updateDigest } from '../src/update/update-codec.ts'
import { childUsage } from './child-usage.ts'
import { cpuMs } from './cpu-time.ts'

const { values } = parseArgs({
  options: {
    updates: { type: 'string', default: '20' },
    'held-out': { type: 'string', default: '1000' },
    runs: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
})
const [updates, heldOut, runs] = [values.updates, values['held-out'], values.runs].map(Number) as [
  number,
  number,
  number,
]
const loss = 'softmax-cross-entropy'
const rules = [{ kind: 'mean' }, { kind: 'median' }, { kind: 'multi-krum', bad: 4 }] as const
const numbers = createNumbers(1)
const model = encodeModel(mlp([784, 128, 10]))
const plan = take(planAggregation(take(decodeModel(model)), loss))
const length = sizeOf(plan.layout)

const folder = mkdtempSync(join(tmpdir(), 'vcp-round-'))
const files = Array.from({ length: updates }, (_, at) => {
  const change = Float64Array.from({ length }, () => numbers.between(-0.01, 0.01))
  const format = { kind: 'fixed', fixedPoint: { fractionBits: 24 } } as const
  const bytes = take(encodeUpdate(format, plan.layout, change))
  const file = join(folder, `update-${at}`)
  writeFileSync(file, bytes)
  return { file, bytes: bytes.length, digest: updateDigest(bytes) }
})
const rows: Dataset = {
  count: heldOut,
  inputs: {
    x: {
      type: 'float32',
      shape: [784],
      data: Float32Array.from({ length: 784 * heldOut }, () => numbers.next()),
    },
  },
  labels: {
    type: 'int64',
    shape: [],
    data: BigInt64Array.from({ length: heldOut }, () => BigInt(numbers.below(10))),
  },
}
const archive = writeNpz({
  x: { shape: [heldOut, 784], data: rows.inputs['x']!.data as Float32Array },
  y: { shape: [heldOut], data: rows.labels.data as BigInt64Array },
})

function orderBy(rule: (typeof rules)[number]): AggregationOrder {
  const limits = {
    clipNorm: null,
    gates: null,
    weights: null,
    updatesMin: 1,
    updates,
    bytesMax: 2 ** 30,
  }
  return { loss, seed: null, spec: { rule, step: { kind: 'fedavg' }, learningRate: 1, ...limits } }
}

/** As one is checked when it comes: its digest, and every number of it. */
function checkAll(): void {
  for (const { file, digest } of files) {
    const bytes = readFileSync(file)
    if (updateDigest(bytes) !== digest) throw new Error('the file is another')
    take(decodeUpdate(bytes, plan.layout))
  }
}

function inMemory(bytes: Uint8Array): SizedBytes {
  return {
    length: bytes.length,
    file: null,
    async *read() {
      yield bytes
    },
  }
}

const median = (times: readonly number[]) =>
  [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)]!

const figures = []
const aggregator = createAggregator({ idleMs: 60_000 })
const input = {
  model: inMemory(model),
  heldOut: inMemory(archive),
  moments: null,
  updates: files.map(({ file, bytes }) => ({ length: bytes, file })),
}
for (const rule of rules) {
  const order = orderBy(rule)
  const [checks, asking, inChild, byClock]: number[][] = [[], [], [], []]
  // The first starts the child, and has V8 compile.
  for (let run = 0; run <= runs; run++) {
    const [, checked] = cpuMs(checkAll)
    const began = performance.now()
    const [before, childBefore] = [process.cpuUsage(), childUsage()]
    take(await aggregator.aggregate(order, input))
    const [{ user, system }, childAfter] = [process.cpuUsage(before), childUsage()]
    if (run === 0) continue
    byClock!.push(performance.now() - began)
    asking!.push((user + system) / 1_000)
    checks!.push(checked)
    inChild!.push((childAfter?.cpuMs ?? Number.NaN) - (childBefore?.cpuMs ?? Number.NaN))
  }
  const [checksMs, askingMs, childMs, clockMs] = [checks, asking, inChild, byClock].map((times) =>
    Math.round(median(times!)),
  )
  const costs = { checksMs, askingMs, childMs, clockMs }
  figures.push({ rule: rule.kind, updates, numbers: length, heldOut, ...costs })
}
await aggregator.close()
rmSync(folder, { recursive: true })

const load = Number(loadavg()[0]!.toFixed(1))
if (values.json) console.log(JSON.stringify({ load, figures }))
else {
  console.table(figures)
  console.log(`load ${load}`)
}
