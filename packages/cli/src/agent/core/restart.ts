// A new process finds what a former one left: it goes on with what is still wanted, and drops the
// rest. What is owed to a coordinator is said when one is joined; what was to be released when the
// former one ended is found by `heldTasks`.
import { pass } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import { drop } from './end-lease.ts'
import { changeMode, holdsAnything } from './mode.ts'
import { isTraining } from './records.ts'
import { fail } from './runs.ts'
import { runningOf } from './state.ts'
import type { Turn } from './turn.ts'

/** A run that ended its agent so often is not begun again. */
const STARTS_MAX = 3
/** A training lasts long, and runs beside its agent: that ends for many a reason. */
const TRAINING_STARTS_MAX = 20

export const restarted: Decider<'restarted'> = (turn) => {
  for (const lease of runningOf(turn.state)) {
    const { taskId, leaseEpoch, endsAtMs, starts, offer, round } = lease
    const startsMax = isTraining(lease) ? TRAINING_STARTS_MAX : STARTS_MAX
    if (endsAtMs <= turn.atMs) drop(turn, lease, 'its lease ended while no agent was running')
    else if (starts >= startsMax || offer === null) {
      fail(turn, lease, `the agent ended ${starts} times while it ran`, { isOurs: true })
    } else {
      turn.emit({ type: 'run-restarted', taskId, leaseEpoch })
      turn.want({ type: 'start-run', offer })
      if (round !== null && !round.isContributed) {
        turn.want({ type: 'start-round', offer, order: round.order })
      }
    }
  }
  restartReruns(turn)
  // Whoever starts a node that had done all it was to do wants it to work.
  if (turn.state.mode === 'draining' && !holdsAnything(turn.state)) {
    changeMode(turn, 'active', null)
  }
  return pass(null)
}

function restartReruns(turn: Turn): void {
  for (const { taskId, checkpoint, task, starts } of [...turn.state.reruns.values()]) {
    if (starts >= STARTS_MAX) {
      turn.emit({ type: 'rerun-ended', taskId, checkpoint, owing: null })
    } else {
      turn.emit({ type: 'rerun-restarted', taskId, checkpoint })
      turn.want({ type: 'start-rerun', taskId, checkpoint, task })
    }
  }
}
