// What a training cannot be asked for, with the reason: what goes together is for the library to
// say, the rest is what rules need.
import { checkCombination, comparingStrategies, secureUnits, sigmaMax } from '@vcp/learning'
import { type FederatedLearning, type Outcome, pass, refuse } from '@vcp/protocol'
import { comparedBytesMax, fixedPoint, type TrainingInputs } from './aggregation-spec.ts'
import { nodeSpending } from './node-budget.ts'

/** Whether a training could be run as it is asked for, whatever its model is. */
export function objectionTo({ inputs, requirements }: FederatedLearning): Outcome<null> {
  const combined = checkCombination(inputs)
  if (!combined.ok) return combined
  for (const find of findings) {
    const reason = find(inputs)
    if (reason !== null) return refuse('TASK_REFUSED', reason)
  }
  if (!inputs.secure_aggregation) return pass(null)
  const nodes = Math.max(requirements.min_nodes, inputs.updates_min)
  const units = secureUnits(nodes, inputs.privacy)
  return units.ok ? pass(null) : refuse('TASK_REFUSED', units.reason)
}

/** Whether so many updates of a model can be compared in the memory that there is. */
export function objectionToSize(inputs: TrainingInputs, updates: number, numbers: number) {
  const bytes = 8 * updates * numbers
  const isCompared = comparingStrategies.has(inputs.strategy) || inputs.quality !== null
  if (!isCompared || bytes <= comparedBytesMax) return pass(null)
  const reason = `${updates} updates of ${numbers} numbers take ${bytes} bytes to compare`
  return refuse('TASK_REFUSED', `${reason}, and ${comparedBytesMax} are the most: use a mean`)
}

type Finding = (inputs: TrainingInputs) => string | null

const findings: readonly Finding[] = [
  adaptiveClipping,
  hidden,
  gatesWithoutMeasure,
  badNodes,
  proximal,
  nodePrivacy,
]

function adaptiveClipping({ adaptive_clipping: isAdaptive, privacy }: TrainingInputs) {
  if (!isAdaptive || privacy?.unit === 'node') return null
  return 'adaptive clipping follows the lengths of whole updates: for the privacy unit node alone'
}

/** What would be done to single updates. */
function hidden(inputs: TrainingInputs): string | null {
  if (!inputs.secure_aggregation) return null
  if (inputs.server.clip_norm !== null) {
    return (
      'server.clip_norm shortens single updates and secure aggregation hides them; leave it out, ' +
      'or ask for the privacy of nodes, which clip what they send'
    )
  }
  if (inputs.adaptive_clipping) {
    return 'adaptive clipping asks how long single updates are and secure aggregation hides them'
  }
  if (inputs.update_format === 'fixed') return null
  return 'words under masks have 32 bits whatever is beneath: use update_format fixed'
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
  if (bad > 0 && !comparingStrategies.has(strategy)) {
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
  return comparingStrategies.has(strategy) ? 2 * bad + 1 : 0
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
