// Federated logistic regression on drawn data, in which some nodes do harm: what each rule is
// worth. Everything comes from seeds, and nothing from the noise that the library releases with.
import { type Outcome, pass } from '@vcp/protocol'
import {
  bulyan,
  centredClipping,
  clippedMean,
  geometricMedian,
  krum,
  mean,
  median,
  trimmedMean,
} from '../aggregate/robust-rules.ts'
import { medianOfSorted, norm, type Row } from '../aggregate/vector.ts'
import { createNumbers } from './numbers.ts'

const FEATURES = 12
const NODES = 20
const EXAMPLES = 60
const ROUNDS = 12
const LOCAL_STEPS = 5
const LEARNING_RATE = 0.5
/** One world is as good as its draw; several together are judged. */
const SEEDS = [1, 2, 3, 4, 5] as const

/** What a bad node sends, from what an honest one would have. `drawn` is noise of its own. */
export const attacks = {
  /** Trains on turned labels: see `localUpdate`. */
  'label flip': (update: Row) => update,
  'sign flip': (update: Row) => update.map((value) => -4 * value),
  scaling: (update: Row) => update.map((value) => -50 * value),
  'free riding': (update: Row) => update.map(() => 0),
  noise: (update: Row, drawn: Row) => drawn.map((value) => 3 * norm(update) * value),
  /** All send the same, far enough to matter and near enough to look alike. */
  sybils: (_update: Row, _drawn: Row, honest: readonly Row[]) => shifted(honest),
} as const satisfies Record<string, (update: Row, drawn: Row, honest: readonly Row[]) => Row>
export type Attack = keyof typeof attacks

type Rule = (rows: readonly Row[], bad: number, last: Row) => Outcome<Row>

export const rules = {
  mean: (rows) => mean(rows),
  median: (rows) => median(rows),
  'trimmed mean': (rows, bad) => trimmedMean(rows, bad / rows.length),
  krum: (rows, bad) => krum(rows, bad),
  'multi-krum': (rows, bad) => krum(rows, bad, rows.length - bad),
  bulyan: (rows, bad) => bulyan(rows, bad),
  'geometric median': (rows) => geometricMedian(rows, { smoothing: 1e-6, rounds: 20 }),
  'clipped mean': (rows) => clippedMean(rows, typicalNorm(rows)),
  'centred clipping': (rows, _bad, last) =>
    centredClipping(rows, { radius: typicalNorm(rows), rounds: 3, start: last }),
} as const satisfies Record<string, Rule>
export type RuleName = keyof typeof rules

/** Accuracy on fresh examples after training with `bad` of 20 nodes at their attack, the mean of
 *  several worlds; a refusal where the rule does not hold for so many. */
export function accuracyUnder(rule: RuleName, attack: Attack, bad: number): Outcome<number> {
  let sum = 0
  for (const seed of SEEDS) {
    const accuracy = accuracyIn(draw(seed), rule, attack, bad)
    if (!accuracy.ok) return accuracy
    sum += accuracy.value
  }
  return pass(sum / SEEDS.length)
}

function accuracyIn(world: World, rule: RuleName, attack: Attack, bad: number): Outcome<number> {
  let weights: Row = new Float64Array(FEATURES)
  let last: Row = new Float64Array(FEATURES)
  for (let round = 0; round < ROUNDS; round++) {
    const updates = world.nodes.map((examples, node) =>
      localUpdate(weights, examples, node < bad && attack === 'label flip'),
    )
    const honest = updates.slice(bad)
    const sent = updates.map((update, node) =>
      node < bad ? attacks[attack](update, world.noise(), honest) : update,
    )
    const combined = rules[rule](sent, bad, last)
    if (!combined.ok) return combined
    last = combined.value
    weights = weights.map((value, i) => value + last[i]!)
  }
  return pass(accuracyOf(weights, world.test))
}

interface Example {
  readonly features: Row
  readonly label: 0 | 1
}

interface World {
  readonly nodes: readonly (readonly Example[])[]
  readonly test: readonly Example[]
  noise(): Row
}

function draw(seed: number): World {
  const { next } = createNumbers(seed)
  // Box and Muller.
  const sample = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const vector = () => Float64Array.from({ length: FEATURES }, sample)
  const truth = vector()
  const example = (): Example => {
    const features = vector()
    return { features, label: dot(truth, features) + 0.3 * sample() > 0 ? 1 : 0 }
  }
  const examples = (count: number) => Array.from({ length: count }, example)
  const nodes = Array.from({ length: NODES }, () => examples(EXAMPLES))
  const test = examples(1_000)
  return { nodes, test, noise: vector }
}

function localUpdate(weights: Row, examples: readonly Example[], isFlipped: boolean): Row {
  let local = weights
  for (let step = 0; step < LOCAL_STEPS; step++) {
    const gradient = new Float64Array(FEATURES)
    for (const { features, label } of examples) {
      const error = 1 / (1 + Math.exp(-dot(local, features))) - (isFlipped ? 1 - label : label)
      for (let i = 0; i < FEATURES; i++) gradient[i]! += (error * features[i]!) / examples.length
    }
    local = local.map((value, i) => value - LEARNING_RATE * gradient[i]!)
  }
  return local.map((value, i) => value - weights[i]!)
}

function accuracyOf(weights: Row, examples: readonly Example[]): number {
  const right = examples.filter(
    ({ features, label }) => (dot(weights, features) > 0 ? 1 : 0) === label,
  )
  return right.length / examples.length
}

/** The honest mean less one and a half deviations in every coordinate ("a little is enough"). */
function shifted(honest: readonly Row[]): Row {
  return Float64Array.from({ length: FEATURES }, (_, i) => {
    const values = honest.map((row) => row[i]!)
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length
    return middle - 1.5 * Math.sqrt(variance)
  })
}

function typicalNorm(rows: readonly Row[]): number {
  return medianOfSorted(Float64Array.from(rows, norm).sort())
}

function dot(one: Row, other: Row): number {
  let sum = 0
  for (let i = 0; i < one.length; i++) sum += one[i]! * other[i]!
  return sum
}
