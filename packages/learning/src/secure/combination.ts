// What cannot be had together. A task that asks for it is refused with the reason, and not run with
// one of the two quietly off.
import { type Outcome, pass, refuse, type TaskSpec } from '@vcp/protocol'
import { nodesMin } from './neighbourhood.ts'

type Training = Extract<TaskSpec, { task_type: 'federated_learning' }>['inputs']
type Strategy = Training['strategy']

export type Combination = Pick<
  Training,
  'strategy' | 'secure_aggregation' | 'quality' | 'privacy' | 'updates_min'
>

/** Rules that compare updates with each other. */
export const comparingStrategies: ReadonlySet<Strategy> = new Set([
  'median',
  'trimmed_mean',
  'krum',
  'multi_krum',
  'bulyan',
  'geometric_median',
])

/** Least updates that a rule stands on when one of them is bad. */
const least: Partial<Readonly<Record<Strategy, number>>> = {
  median: 3,
  trimmed_mean: 3,
  geometric_median: 3,
  krum: 5,
  multi_krum: 5,
  bulyan: 7,
}

/** Whether a task asks for what goes together. */
export function checkCombination(asked: Combination): Outcome<null> {
  const { strategy, secure_aggregation: isSecure, quality, privacy, updates_min: updates } = asked
  if (isSecure && comparingStrategies.has(strategy)) {
    return impossible(
      `${strategy} compares single updates and secure aggregation hides them; choose one, or a ` +
        'mean of updates whose norm each node proves to be bounded',
    )
  }
  if (isSecure && strategy === 'fedbuff') {
    return impossible(
      'fedbuff adds updates of several rounds, and masks cancel only among the nodes of one',
    )
  }
  if (isSecure && quality !== null) {
    return impossible(
      'quality gates look at single updates and secure aggregation hides them; evaluate the sum',
    )
  }
  if (isSecure && updates < nodesMin) {
    return impossible(`the sum of ${updates} updates shows them; ${nodesMin} are the least`)
  }
  if (privacy?.unit === 'node' && comparingStrategies.has(strategy)) {
    return impossible(
      `${strategy} lets one node move the result by more than its share, so the noise for the ` +
        'privacy of nodes would be too small; a mean of clipped updates does not',
    )
  }
  if (privacy?.unit === 'node' && strategy === 'fedbuff') {
    return impossible(
      'fedbuff takes who comes, and the privacy of nodes needs them drawn by chance',
    )
  }
  const needed = least[strategy] ?? 1
  if (updates < needed) {
    return impossible(`${strategy} needs ${needed} updates to stand against one that is bad`)
  }
  return pass(null)
}

function impossible(reason: string) {
  return refuse('TASK_REFUSED', reason)
}
