import { type Outcome, pass, refuse } from '@vcp/protocol'
import { type Budget, noiseMultiplierMax, noiseMultiplierMin } from './mechanism.ts'
import { type RdpFigure, rdpEpsilon } from './rdp.ts'

export interface Calibration extends Budget {
  readonly samplingRate: number
  readonly steps: number
}

export interface Calibrated {
  /** The least noise that keeps within the budget, to six digits, rounded up. */
  readonly noiseMultiplier: number
  /** What it costs by the gate's accountant; never more than was asked. */
  readonly spent: RdpFigure
}

/** The inverse of the gate: how much noise the steps need to keep within a budget. */
export function calibrate(asked: Calibration): Outcome<Calibrated> {
  const { epsilon, delta, samplingRate, steps } = asked
  const spentAt = (noiseMultiplier: number) =>
    rdpEpsilon([{ samplingRate, noiseMultiplier, steps }], delta)
  if (spentAt(noiseMultiplierMax).epsilon > epsilon) {
    const reason = `no noise brings ${steps} steps at rate ${samplingRate} to epsilon ${epsilon}`
    return refuse('INVALID', `${reason} at delta ${delta}`)
  }
  let low = noiseMultiplierMin
  let high = noiseMultiplierMin
  // Doubling from below: small noise is slow to account for, and seldom asked for.
  while (spentAt(high).epsilon > epsilon) {
    low = high
    high = Math.min(2 * high, noiseMultiplierMax)
  }
  while (high - low > 1e-7 * high) {
    const middle = (low + high) / 2
    if (spentAt(middle).epsilon <= epsilon) high = middle
    else low = middle
  }
  const noiseMultiplier = roundedUp(high)
  return pass({ noiseMultiplier, spent: spentAt(noiseMultiplier) })
}

function roundedUp(value: number): number {
  const unit = 10 ** (5 - Math.floor(Math.log10(value)))
  return Math.ceil(value * unit) / unit
}
