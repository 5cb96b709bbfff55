// Accuracy of federated logistic regression under attack, by rule, with 0, 20 and 40% bad nodes:
// the mean of five worlds. The rules alone; a coordinator's rounds are in its own bench/attacks.ts.
//   node scripts/with-node.mjs packages/learning/bench/attacks.ts [--json]
import { parseArgs } from 'node:util'
import {
  type Attack,
  accuracyUnder,
  attacks,
  type RuleName,
  rules,
} from '../src/testing/attacks.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const badCounts = [0, 4, 8] as const

const rows = (Object.keys(attacks) as Attack[]).flatMap((attack) =>
  (Object.keys(rules) as RuleName[]).map((rule) => ({
    attack,
    rule,
    accuracies: badCounts.map((bad) => {
      const accuracy = accuracyUnder(rule, attack, bad)
      return accuracy.ok ? accuracy.value : null
    }),
  })),
)

if (values.json) console.log(JSON.stringify(rows))
else {
  const line = (attack: string, rule: string, cells: readonly string[]) =>
    [attack.padEnd(13), rule.padEnd(18), ...cells.map((cell) => cell.padStart(8))].join(' ')
  console.log(line('attack', 'rule', ['0%', '20%', '40%']))
  for (const { attack, rule, accuracies } of rows) {
    const cells = accuracies.map((each) => (each === null ? 'refused' : each.toFixed(3)))
    console.log(line(attack, rule, cells))
  }
}
