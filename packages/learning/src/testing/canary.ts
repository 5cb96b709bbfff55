// Trainings with and without one example that the model can do nothing but remember: what an
// attacker who chose the example, and knows all others, can tell from the weights.
import type { Dataset } from '../data/dataset.ts'
import { addLatticeNoise } from '../noise/lattice-gaussian.ts'
import { systemRandom } from '../noise/random-source.ts'
import type { Phase } from '../privacy/mechanism.ts'
import { mlp } from './models.ts'
import { trainHere } from './training.ts'

const FEATURES = 4
const OTHERS = 15
const CLASSES = 2
const model = mlp([FEATURES, CLASSES])

/** The canary alone has the last feature: whatever moves its weights is the canary, or noise. */
function examples(isKept: boolean): Dataset {
  const count = OTHERS + (isKept ? 1 : 0)
  const points = new Float32Array(count * FEATURES)
  const labels = new BigInt64Array(count)
  for (let at = 0; at < OTHERS; at++) points[at * FEATURES + (at % (FEATURES - 1))] = 1
  // Far out, so that its gradient is cut to the clip norm and lies in its own weights.
  if (isKept) points[OTHERS * FEATURES + FEATURES - 1] = 1_000
  return {
    count,
    inputs: { x: { type: 'float32', shape: [FEATURES], data: points } },
    labels: { type: 'int64', shape: [], data: labels },
  }
}

export type AddNoise = (values: Float64Array, deviation: number) => void

const random = systemRandom()
const freshNoise: AddNoise = (values, deviation) => addLatticeNoise(values, deviation, random)

/** How far each of `trials` trainings moved the canary's weights in the canary's direction. */
export async function canaryScores(
  isKept: boolean,
  { samplingRate, noiseMultiplier, steps }: Phase,
  trials: number,
  addNoise: AddNoise = freshNoise,
): Promise<number[]> {
  const dataset = examples(isKept)
  const privacy = {
    samplingRate,
    noiseMultiplier,
    clipNorm: 1,
    stepsGranted: steps,
    // Public, and the same with and without it.
    expectedExamples: OTHERS + 1,
  }
  const spec = { steps, learningRate: 1e-3, seed: null, privacy } as const
  const scores: number[] = []
  for (let trial = 0; trial < trials; trial++) {
    const { outcome, start } = await trainHere(spec, { model, dataset, addNoise })
    if (!outcome.ok) throw new Error(outcome.reason)
    const moved = outcome.value.weights.map((weight, at) => weight - start[at]!)
    // Label 0 pulls the first class up and pushes the second down.
    scores.push(moved[FEATURES - 1]! - moved[2 * FEATURES - 1]!)
  }
  return scores
}
