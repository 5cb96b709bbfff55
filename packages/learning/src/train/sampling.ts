// Which examples a step sees. Privacy is accounted for Poisson sampling: every example is in with
// the same probability, whoever else is, so that a batch has no fixed size and may be empty.
import { createHash } from 'node:crypto'
import {
  type RandomSource,
  randomWords,
  seededRandom,
  systemRandom,
} from '../noise/random-source.ts'

/** The examples of a step, counted from 0. The same step of the same seed is the same. */
export type Sampler = (step: number) => Int32Array

/** `random` gives the source of a step. */
export type RandomOfStep = (step: number) => RandomSource

/** Fresh chance for every step, or chance that a seed of 64 hex digits repeats. */
export function randomOfSteps(seed: string | null): RandomOfStep {
  if (seed !== null) return (step) => seededRandom(keyFor(seed, `step ${step}`))
  const source = systemRandom()
  return () => source
}

export function poissonSampler(count: number, rate: number, random: RandomOfStep): Sampler {
  // Rounded down, so that no example is in more often than was accounted for.
  const below = Math.floor(rate * 2 ** 32)
  return (step) => {
    const { word } = randomWords(random(step))
    const chosen: number[] = []
    for (let example = 0; example < count; example++) if (word() < below) chosen.push(example)
    return Int32Array.from(chosen)
  }
}

/** Epochs in an order of their own; the last batch of an epoch may be smaller. */
export function epochSampler(count: number, batchSize: number, seed: string): Sampler {
  const perEpoch = Math.ceil(count / batchSize)
  let epoch = -1
  let order = new Int32Array(0)
  return (step) => {
    const wanted = Math.floor(step / perEpoch)
    if (wanted !== epoch) {
      order = shuffled(count, seededRandom(keyFor(seed, `epoch ${wanted}`)))
      epoch = wanted
    }
    const start = (step % perEpoch) * batchSize
    return order.subarray(start, start + batchSize)
  }
}

function shuffled(count: number, random: RandomSource): Int32Array<ArrayBuffer> {
  const order = Int32Array.from({ length: count }, (_, at) => at)
  const { below } = randomWords(random)
  for (let last = count - 1; last > 0; last--) {
    const other = below(last + 1)
    const moved = order[last]!
    order[last] = order[other]!
    order[other] = moved
  }
  return order
}

function keyFor(seed: string, purpose: string): Uint8Array {
  return createHash('sha256').update(`vcp sampling ${purpose} ${seed}`).digest()
}
