// Secure aggregation of 100 nodes x 100,000 numbers, 10 of which go silent after they have shared
// their keys: what coordinator and aggregating child pay, in processor time.
//   node scripts/with-node.mjs packages/learning/bench/secure.ts
//     [--json] [--nodes 100] [--numbers 100000]
import { parseArgs } from 'node:util'
import { planFor } from '../src/secure/neighbourhood.ts'
import { rehearsal, run, take } from '../src/testing/secure-rounds.ts'
import { cpuMs } from './cpu-time.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    nodes: { type: 'string', default: '100' },
    numbers: { type: 'string', default: '100000' },
  },
})
const nodes = Number(values.nodes)
const length = Number(values.numbers)

const prepared = rehearsal(nodes, { length })
const spent = { coordinatorMs: 0, childMs: 0 }
const timedAs =
  (who: keyof typeof spent) =>
  <T>(act: () => T): T => {
    const [made, ms] = cpuMs(act)
    spent[who] += ms
    return made
  }
const timed = { serve: timedAs('coordinatorMs'), add: timedAs('childMs') }
const silent = Math.floor(nodes / 10)
const [rehearsed, allMs] = cpuMs(() => run({ ...prepared, ...timed }, { beforeWords: silent }))
const sum = take(rehearsed.sum)
const isExact = sum.every((unit, i) => unit === rehearsed.expected[i])
const { neighbours, threshold } = take(planFor(nodes, prepared.round.assumed))

const figures = {
  nodes,
  numbers: length,
  silent,
  neighbours,
  threshold,
  isExact,
  coordinatorMs: Math.round(spent.coordinatorMs),
  childMs: Math.round(spent.childMs),
  oneNodeMs: Math.round((allMs - spent.coordinatorMs - spent.childMs) / nodes),
}
if (values.json) console.log(JSON.stringify(figures))
else console.table([figures])
