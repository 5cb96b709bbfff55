// Aggregation of 100 updates of 10 million numbers, one after the other into one sum: megabytes of
// updates by second of processor time, and the memory beside the update that is being read. With
// `--child` as a coordinator has it done: encoded updates out of files into the child, which checks
// and decodes them, adds them up and makes the next model. The child is there from a round before,
// as it is in a training.
//   node --expose-gc scripts/with-node.mjs packages/learning/bench/aggregate.ts
//     [--child] [--json] [--updates 100] [--numbers 10000000]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createAggregator, type SizedBytes } from '../src/aggregate/aggregator.ts'
import { exactSum } from '../src/aggregate/exact-sum.ts'
import { defaultFixedPoint } from '../src/aggregate/fixed-point.ts'
import { planAggregation } from '../src/aggregate/plan-aggregation.ts'
import { encodeModel } from '../src/onnx/read-model.ts'
import { mlp } from '../src/testing/models.ts'
import { take } from '../src/testing/secure-rounds.ts'
import { sizeOf } from '../src/train/parameter-layout.ts'
import { encodeUpdate } from '../src/update/update-codec.ts'
import { childUsage } from './child-usage.ts'
import { cpuMs } from './cpu-time.ts'

const { values } = parseArgs({
  options: {
    child: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    updates: { type: 'string', default: '100' },
    numbers: { type: 'string', default: '10000000' },
  },
})
const updates = Number(values.updates)
const numbers = Number(values.numbers)
const pieceLength = 65_536

const figures = values.child ? await throughChild() : intoSum()
if (values.json) console.log(JSON.stringify(figures))
else console.table([figures])

function intoSum() {
  // One update stands for all: reading it from a disk is not what is measured.
  const update = Int32Array.from({ length: numbers }, (_, i) => (i * 7919) % 16_777_216)
  const residentMb = () => process.memoryUsage().rss / 2 ** 20
  const beforeMb = residentMb()
  const sum = exactSum(numbers)
  const took: number[] = []
  let afterFirstMb = 0
  for (let each = 0; each < updates; each++) {
    const [, ms] = cpuMs(() => {
      const incoming = take(sum.begin(1 + (each % 5)))
      for (let at = 0; at < numbers; at += pieceLength) {
        take(incoming.push(update.subarray(at, at + pieceLength)))
      }
      take(incoming.finish())
    })
    took.push(ms)
    if (each === 0) afterFirstMb = residentMb()
  }
  const allMs = took.reduce((total, ms) => total + ms, 0)
  return {
    updates,
    numbers,
    megabytesPerSecond: Math.round((4 * numbers * updates) / allMs / 1_000),
    medianUpdateMs: Math.round(took.sort((one, other) => one - other)[Math.floor(updates / 2)]!),
    sumMb: Math.round(afterFirstMb - beforeMb),
    grownAfterFirstMb: Math.round(residentMb() - afterFirstMb),
  }
}

async function throughChild() {
  const width = 100
  const model = mlp([width, Math.round(numbers / (width + 3)), 2])
  const { layout } = take(planAggregation(model, 'softmax-cross-entropy'))
  const length = sizeOf(layout)
  const change = Float64Array.from({ length }, (_, i) => ((i * 7919) % 65_536) / 2 ** 24)
  const format = { kind: 'fixed', fixedPoint: defaultFixedPoint } as const
  const folder = mkdtempSync(join(tmpdir(), 'vcp-aggregate-'))
  const update = inFile(join(folder, 'update'), take(encodeUpdate(format, layout, change)))
  const aggregator = createAggregator({ idleMs: 60_000 })
  const spec = {
    rule: { kind: 'mean' },
    step: { kind: 'fedavg' },
    learningRate: 1,
    clipNorm: null,
    gates: null,
    weights: null,
    updatesMin: 1,
    updates,
    bytesMax: 2 ** 30,
  } as const
  const round = async (count: number) => {
    const input = {
      model: inFile(join(folder, 'model'), encodeModel(model)),
      heldOut: null,
      moments: null,
      updates: Array.from({ length: count }, () => update),
    }
    take(await aggregator.aggregate({ loss: 'softmax-cross-entropy', spec, seed: null }, input))
  }
  await round(1)
  const [began, before, childBefore] = [performance.now(), process.cpuUsage(), childUsage()]
  await round(updates)
  const clockMs = performance.now() - began
  const [{ user, system }, childAfter] = [process.cpuUsage(before), childUsage()]
  await aggregator.close()
  rmSync(folder, { recursive: true })
  const megabytes = (updates * update.length) / 1e6
  const childMs = childBefore && childAfter && childAfter.cpuMs - childBefore.cpuMs
  return {
    updates,
    numbers: length,
    childMegabytesPerSecond: childMs && Math.round((1_000 * megabytes) / childMs),
    childPeakMb: childAfter?.peakMb ?? null,
    askingMs: Math.round((user + system) / 1_000),
    megabytesPerSecondByTheClock: Math.round((1_000 * megabytes) / clockMs),
    load: Number(loadavg()[0]!.toFixed(1)),
  }
}

function inFile(file: string, bytes: Uint8Array): SizedBytes {
  writeFileSync(file, bytes)
  return { length: bytes.length, file }
}
