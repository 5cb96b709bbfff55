// Accuracy of trainings under attack, by what the task asks for, with 0, 20 and 40% bad nodes of
// twenty: admission, updates on the wire, checks and aggregation as a coordinator does them.
//   node scripts/with-node.mjs packages/coordinator/bench/attacks.ts
//     [--rounds 10] [--seed 1] [--json]
import { parseArgs } from 'node:util'
import { createAggregator } from '@vcp/learning'
import {
  type Attack,
  accuracyUnder,
  attacks,
  type Defence,
  defences,
  nodes,
} from '../src/testing/attacked-training.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
const shares = [0.2, 0.4] as const

interface Cell {
  readonly share: number
  readonly accuracy: number | null
  readonly refused: string | null
}

const aggregator = createAggregator({ idleMs: 60_000 })

async function cell(defence: Defence, attack: Attack, share: number): Promise<Cell> {
  const bad = Math.round(share * nodes)
  const found = await accuracyUnder({ defence, attack, bad, rounds, seed }, aggregator)
  if (found.ok) return { share, accuracy: found.value, refused: null }
  return { share, accuracy: null, refused: found.reason }
}

const rows: { defence: Defence; attack: Attack | null; cells: readonly Cell[] }[] = []
for (const defence of Object.keys(defences) as Defence[]) {
  rows.push({ defence, attack: null, cells: [await cell(defence, 'noise', 0)] })
  for (const attack of Object.keys(attacks) as Attack[]) {
    const cells: Cell[] = []
    for (const share of shares) cells.push(await cell(defence, attack, share))
    rows.push({ defence, attack, cells })
  }
}
await aggregator.close()

const percent = ({ accuracy }: Cell) =>
  accuracy === null ? 'refused' : `${(100 * accuracy).toFixed(1)}%`

if (values.json) console.log(JSON.stringify({ nodes, rounds, seed, rows }))
else {
  const names = Object.keys(attacks)
  const cellsOf = (defence: Defence) => {
    const own = rows.filter((row) => row.defence === defence)
    return own.map(({ cells }) => cells.map(percent).join(', '))
  }
  console.log(`| | nobody bad | ${names.join(' | ')} |`)
  console.log(`|${'---|'.repeat(names.length + 2)}`)
  for (const defence of Object.keys(defences) as Defence[]) {
    console.log(`| ${[`\`${defence}\``, ...cellsOf(defence)].join(' | ')} |`)
  }
  const reasons = rows.flatMap(({ defence, attack, cells }) =>
    cells.flatMap(({ share, refused }) =>
      refused === null ? [] : [`${defence}, ${attack}, ${100 * share}%: ${refused}`],
    ),
  )
  for (const reason of reasons) console.log(reason)
}
