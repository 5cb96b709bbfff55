// Aggregation of 100 updates of 10 million numbers, one after the other into one sum: megabytes of
// updates by second of processor time, and the memory beside the update that is being read.
//   node --expose-gc scripts/with-node.mjs packages/learning/bench/aggregate.ts
//     [--json] [--updates 100] [--numbers 10000000]
import { parseArgs } from 'node:util'
import { exactSum } from '../src/aggregate/exact-sum.ts'
import { take } from '../src/testing/secure-rounds.ts'
import { cpuMs } from './cpu-time.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    updates: { type: 'string', default: '100' },
    numbers: { type: 'string', default: '10000000' },
  },
})
const updates = Number(values.updates)
const numbers = Number(values.numbers)
const pieceLength = 65_536

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
const figures = {
  updates,
  numbers,
  megabytesPerSecond: Math.round((4 * numbers * updates) / allMs / 1_000),
  medianUpdateMs: Math.round(took.sort((one, other) => one - other)[Math.floor(updates / 2)]!),
  sumMb: Math.round(afterFirstMb - beforeMb),
  grownAfterFirstMb: Math.round(residentMb() - afterFirstMb),
}
if (values.json) console.log(JSON.stringify(figures))
else console.table([figures])
