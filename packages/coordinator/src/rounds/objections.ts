// What a training cannot be asked for, with the reason: what goes together is for the library to
// say, the rest is what rules need and what this coordinator does not do.
import { checkCombination, sigmaMax } from '@vcp/learning'
import { type FederatedLearning, type Outcome, pass, refuse } from '@vcp/protocol'
import { comparedBytesMax, fixedPoint, type TrainingInputs } from './aggregation-spec.ts'
import { nodeSpending } from './node-budget.ts'

/** Whether a training could be run as it is asked for, whatever its model is. */
export function objectionTo({ inputs }: FederatedLearning): Outcome<null> {
  const combined = checkCombination(inputs)
  if (!combined.ok) return combined
  for (const find of findings) {
    const reason = find(inputs)
    if (reason !== null) return refuse('TASK_REFUSED', reason)
  }
  return pass(null)
}

/** Whether so many updates of a model can be compared in the memory that there is. */
export function objectionToSize(inputs: TrainingInputs, updates: number, numbers: number) {
  const bytes = 8 * updates * numbers
  const isCompared = comparing.has(inputs.strategy) || inputs.quality !== null
  if (!isCompared || bytes <= comparedBytesMax) return pass(null)
  const reason = `${updates} updates of ${numbers} numbers take ${bytes} bytes to compare`
  return refuse('TASK_REFUSED', `${reason}, and ${comparedBytesMax} are the most: use a mean`)
}

type Finding = (inputs: TrainingInputs) => string | null

const findings: readonly Finding[] = [notHere, gatesWithoutMeasure, badNodes, proximal, nodePrivacy]

const comparing: ReadonlySet<TrainingInputs['strategy']> = new Set([
  'median',
  'trimmed_mean',
  'krum',
  'multi_krum',
  'bulyan',
  'geometric_median',
])

function notHere({ secure_aggregation, strategy, adaptive_clipping }: TrainingInputs) {
  if (secure_aggregation) {
    return 'secure aggregation is not carried over the network yet: leave it out'
  }
  if (strategy === 'fedbuff') {
    return (
      'fedbuff takes updates whenever they come, and here each belongs to a round: use fedavg ' +
      'with an updates_min below the number of nodes, which cuts stragglers off'
    )
  }
  if (adaptive_clipping) return 'the clip norm is not adapted by this coordinator: set clip_norm'
  return null
}

function gatesWithoutMeasure({ quality, evaluation, privacy }: TrainingInputs) {
  if (quality !== null && evaluation === null) {
    return 'quality gates are measured on a held-out set: name one as evaluation'
  }
  if (quality !== null && privacy?.unit === 'node') {
    return 'quality gates look at single updates, which the privacy of nodes hides; leave one out'
  }
  return null
}

/** How many updates a rule needs for each number of bad ones. */
function badNodes({ strategy, server, updates_min: least }: TrainingInputs): string | null {
  const { byzantine_max: bad, trim } = server
  if (bad > 0 && !comparing.has(strategy)) {
    return `${strategy} is a mean, which one bad node can move anywhere: use a robust strategy`
  }
  const needed = neededFor(strategy, bad)
  if (least < needed) {
    return `${strategy} with byzantine_max ${bad} needs updates_min of at least ${needed}`
  }
  const dropped = Math.floor(trim * least + 1e-9)
  if (strategy === 'trimmed_mean' && dropped < bad) {
    return `trim ${trim} of ${least} updates drops ${dropped} a side, and ${bad} may be bad`
  }
  return null
}

function neededFor(strategy: TrainingInputs['strategy'], bad: number): number {
  if (strategy === 'krum' || strategy === 'multi_krum') return 2 * bad + 3
  if (strategy === 'bulyan') return 4 * bad + 3
  return comparing.has(strategy) ? 2 * bad + 1 : 0
}

function proximal({ strategy, proximal: mu }: TrainingInputs) {
  const isMissing = strategy === 'fedprox' && mu === 0
  return isMissing ? 'fedprox without proximal is fedavg: set proximal, such as 0.01' : null
}

function nodePrivacy(inputs: TrainingInputs): string | null {
  const { privacy, rounds } = inputs
  const spending = nodeSpending(inputs, rounds)
  if (spending === null || privacy === null) return null
  if (!spending.isWithin) {
    const epsilon = spending.epsilon.toPrecision(4)
    return (
      `${rounds} rounds at noise multiplier ${privacy.noise_multiplier} cost epsilon ${epsilon}, ` +
      `and the budget is ${privacy.budget.epsilon}: ask \`vcp privacy calibrate\` for the noise`
    )
  }
  const sigma = privacy.noise_multiplier * privacy.clip_norm * 2 ** fixedPoint.fractionBits
  return sigma <= sigmaMax ? null : 'noise of this size cannot be drawn exactly: lower clip_norm'
}
