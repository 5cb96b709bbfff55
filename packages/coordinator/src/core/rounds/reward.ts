// What contributions count for. The formula is that of the network this one takes over, with two
// differences: accuracy is what the coordinator measured, and the tier by the number of examples is
// the lowest for all, since a number of examples is only a node's word.

/** Millionths, as credits are counted. */
const base = 10_000_000
const ofRoundMax = 1_000_000_000

/**
 * For each update of a round: 10 (1 + accuracy / 2), in millionths; all of a round at most 1000. At
 * the lowest tier no update comes to the 50 that one may have at most.
 */
export function pointsFor(accuracies: readonly (number | null)[]): readonly number[] {
  const points = accuracies.map((accuracy) => Math.round(base * (1 + (accuracy ?? 0) / 2)))
  const sum = points.reduce((total, each) => total + each, 0)
  return sum <= ofRoundMax ? points : sharesOf(ofRoundMax, points)
}

/** Splits a whole amount by points. What does not divide goes to the first that has any. */
export function sharesOf(amount: number, points: readonly number[]): readonly number[] {
  const total = points.reduce((sum, each) => sum + BigInt(each), 0n)
  if (total === 0n) return points.map(() => 0)
  const shares = points.map((each) => Number((BigInt(amount) * BigInt(each)) / total))
  const rest = amount - shares.reduce((sum, each) => sum + each, 0)
  const first = points.findIndex((each) => each > 0)
  return shares.map((share, at) => (at === first ? share + rest : share))
}

/** Of a training that ends early, only the rounds that it has done are paid. */
export function earnedOf(rewardMicro: number, roundsDone: number, rounds: number): number {
  return Number((BigInt(rewardMicro) * BigInt(Math.min(roundsDone, rounds))) / BigInt(rounds))
}
