import * as z from 'zod'

export const noiseMultiplierMin = 0.05
export const noiseMultiplierMax = 1e6

/** Steps alike: each takes every unit with probability q, and adds Gaussian noise of z times the
 *  clip norm to the sum. `q = 1` is the plain Gaussian mechanism. */
export const Phase = z.strictObject({
  samplingRate: z.number().min(0).max(1),
  /** With less noise than this a single step costs hundreds. */
  noiseMultiplier: z.number().min(noiseMultiplierMin).max(noiseMultiplierMax),
  steps: z.int().min(0).max(1e9),
})
export type Phase = z.infer<typeof Phase>

export interface Budget {
  readonly epsilon: number
  readonly delta: number
}
