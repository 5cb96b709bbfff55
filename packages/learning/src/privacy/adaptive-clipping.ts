// Client-level privacy with a clip norm that follows a quantile of the norms (Andrew et al. 2021).
// What it is steered by is a count, which is noised too; the noise of the updates is raised so that
// both together cost what `noiseMultiplier` says.

export interface AdaptiveClipping {
  /** The share of updates that are to be within the norm. */
  readonly quantile: number
  readonly learningRate: number
  /** Standard deviation of the noise on the count. */
  readonly countNoise: number
}

/** For few nodes the paper's noise of a twentieth would cost more than there is to spend; with that
 *  of the updates a quarter of the budget goes into the count. */
export function adaptiveClipping(nodesPerRound: number, noiseMultiplier: number): AdaptiveClipping {
  const countNoise = Math.max(nodesPerRound / 20, noiseMultiplier)
  return { quantile: 0.5, learningRate: 0.2, countNoise }
}

/** The next clip norm. `shareWithin` is the noised share of updates with a norm of at most `clip`:
 *  many within means that the norm is too large, so it falls. */
export function nextClipNorm(clip: number, shareWithin: number, how: AdaptiveClipping): number {
  return clip * Math.exp(-how.learningRate * (shareWithin - how.quantile))
}

/** The noise of the updates, of which `noiseMultiplier` is left when the count is paid for; null
 *  where the count alone costs as much or more. */
export function updateNoiseMultiplier(noiseMultiplier: number, countNoise: number): number | null {
  // A count is shifted by half to be symmetric, so that one node changes it by 1/2.
  const left = noiseMultiplier ** -2 - (2 * countNoise) ** -2
  return left > 0 ? 1 / Math.sqrt(left) : null
}
