// What an attacker finds out: a lower bound of epsilon, from scores that tell apart trainings with
// one example and trainings without it. Privacy as claimed makes every such test fail as often as
// the claim says, so a bound above the claim shows that the claim is false.

export interface AuditBound {
  /** With the confidence asked for, the mechanism's epsilon at delta is no less. */
  readonly epsilon: number
  /** Scores above it were taken for "the example is in". */
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
  /** Trainings of each kind that were judged; as many again chose the threshold. */
  readonly trials: number
}

/** `kept`: scores of trainings with the example; `left`: without it. As many of each. */
export function epsilonAtLeast(
  kept: readonly number[],
  left: readonly number[],
  delta: number,
  confidence = 0.95,
): AuditBound {
  if (kept.length !== left.length || kept.length < 4) {
    throw new RangeError('an audit takes as many trainings with the example as without it')
  }
  const half = kept.length >> 1
  const chosen = best(kept.slice(0, half), left.slice(0, half), delta, confidence)
  // Judged on others than those that chose: else the threshold would fit to chance.
  return judged(kept.slice(half), left.slice(half), chosen, delta, confidence)
}

function best(
  kept: readonly number[],
  left: readonly number[],
  delta: number,
  confidence: number,
): number {
  let found = { epsilon: -1, threshold: 0 }
  const scores = Float64Array.from([...kept, ...left]).sort()
  for (let at = 1; at < scores.length; at++) {
    const threshold = (scores[at - 1]! + scores[at]!) / 2
    const bound = judged(kept, left, threshold, delta, confidence)
    if (bound.epsilon > found.epsilon) found = bound
  }
  return found.threshold
}

function judged(
  kept: readonly number[],
  left: readonly number[],
  threshold: number,
  delta: number,
  confidence: number,
): AuditBound {
  const trials = kept.length
  const truePositives = kept.filter((score) => score > threshold).length
  const falsePositives = left.filter((score) => score > threshold).length
  // Two rates are bounded at once: each gets half of what may go wrong.
  const wrong = (1 - confidence) / 2
  const epsilon = Math.max(
    0,
    shown(truePositives, falsePositives, trials, delta, wrong),
    // Or the other way about: that it is left out is what shows.
    shown(trials - falsePositives, trials - truePositives, trials, delta, wrong),
  )
  return { epsilon, threshold, truePositives, falsePositives, trials }
}

/** From P(positive, kept) <= e^epsilon P(positive, left) + delta. */
function shown(hits: number, alarms: number, trials: number, delta: number, wrong: number): number {
  const hitRate = rateAtLeast(hits, trials, wrong) - delta
  return hitRate <= 0 ? 0 : Math.log(hitRate / rateAtMost(alarms, trials, wrong))
}

/** Clopper and Pearson: the largest rate at which so few, or fewer, come with chance `wrong`. */
export function rateAtMost(count: number, trials: number, wrong: number): number {
  if (count === trials) return 1
  let [low, high] = [count / trials, 1]
  for (let i = 0; i < 60; i++) {
    const rate = (low + high) / 2
    if (chanceOfAtMost(count, trials, rate) > wrong) low = rate
    else high = rate
  }
  return high
}

export function rateAtLeast(count: number, trials: number, wrong: number): number {
  return 1 - rateAtMost(trials - count, trials, wrong)
}

/** Of a binomial; in logarithms, for the terms of many trials are tiny. */
function chanceOfAtMost(count: number, trials: number, rate: number): number {
  const odds = Math.log(rate) - Math.log1p(-rate)
  let term = trials * Math.log1p(-rate)
  let sum = Math.exp(term)
  for (let k = 1; k <= count; k++) {
    term += Math.log((trials - k + 1) / k) + odds
    sum += Math.exp(term)
  }
  return Math.min(1, sum)
}
