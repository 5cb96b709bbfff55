import {
  breachesOf,
  copiesAsked,
  isEnded,
  limits,
  type PolicyBreach,
  pass,
  refuse,
  type TaskSpec,
  wantsProof,
} from '@vcp/protocol'
import type { Decider, Reply } from '../decide.ts'
import type { InputOf } from '../inputs.ts'
import { escrow } from '../money/decide.ts'
import type { State } from '../state.ts'
import { taskOf } from './apply-tasks.ts'
import { cancelTask } from './end.ts'
import { fill, setCopies } from './fill.ts'

export const submissionDeciders = {
  'task-submitted': ((turn, input) => {
    const { taskId, ownerId, task: spec, digest } = input
    const objection = objectionTo(turn.state, input)
    if (objection !== null) return objection
    if (turn.state.tasks.has(taskId)) return pass(null)

    const ids = { task_id: taskId, owner_id: ownerId }
    turn.emit({ type: 'task-submitted', ...ids, task_digest: digest, task: spec })
    const task = taskOf(turn.state, taskId)
    escrow(turn, task)
    if (spec.task_type === 'federated_learning') {
      const nodes = Math.max(spec.requirements.min_nodes, spec.inputs.updates_min)
      setCopies(turn, task, nodes, spec.inputs.updates_min, 'the nodes that train')
    } else {
      const asked = copiesAsked(spec)
      if (asked !== null && asked > 1) setCopies(turn, task, asked, asked, 'as submitted')
    }
    fill(turn, task)
    return pass(null)
  }) satisfies Decider<'task-submitted'>,

  'task-cancelled': ((turn, { taskId, ownerId, reason }) => {
    const task = turn.state.tasks.get(taskId)
    if (task?.ownerId !== ownerId) return refuse('TASK_UNKNOWN', `no task of yours is ${taskId}`)
    if (isEnded(task.state)) return refuse('CONFLICT', `the task is ${task.state} already`)
    cancelTask(turn, task, reason)
    return pass(null)
  }) satisfies Decider<'task-cancelled'>,
}

/** Null for a task that may be taken, and for one that was taken before, word for word. */
function objectionTo(state: State, input: InputOf<'task-submitted'>): Reply | null {
  const { taskId, ownerId, task, digest, payloadBytes } = input
  const known = state.tasks.get(taskId)
  if (known !== undefined) {
    const isSame = known.ownerId === ownerId && known.digest === digest
    return isSame ? null : refuse('CONFLICT', `the id ${taskId} belongs to another task`)
  }
  if (!state.accounts.has(ownerId)) return refuse('NOT_FOUND', `there is no account ${ownerId}`)
  const breaches = breachesOf(task, payloadBytes, state.settings.profile)
  if (breaches.length > 0) return refuse('TASK_REFUSED', breaches.map(describe).join('; '))
  if (task.task_type !== 'federated_learning' && task.requirements.min_nodes > limits.replicasMax) {
    const { min_nodes } = task.requirements
    return refuse('TASK_REFUSED', `${min_nodes} copies asked for, at most ${limits.replicasMax}`)
  }
  const unprovable = proofObjection(task)
  if (unprovable !== null) return refuse('TASK_REFUSED', unprovable)
  const held = state.books.balance({ kind: 'account', account_id: ownerId })
  if (held < task.reward_micro) {
    const reason = `the reward is ${task.reward_micro} millionths, the account holds ${held}`
    return refuse('CREDITS_SHORT', reason)
  }
  return null
}

/** What a proof cannot be had for, and what it leaves nothing to ask for. */
function proofObjection(task: TaskSpec): string | null {
  const { level, quorum } = task.verification
  if (!wantsProof(task)) {
    return level === 'proved' ? 'no proof is asked for, so that nothing could be proved' : null
  }
  const copies = Math.max(quorum ?? 1, task.requirements.min_nodes)
  if (copies > 1)
    return 'a proof is checked by itself: no second node is needed, nor given the task'
  return level === 'signed' || level === 'proved' ? null : `a proof is never ${level}`
}

function describe(breach: PolicyBreach): string {
  switch (breach.code) {
    case 'EXECUTION_TOO_LONG':
      return `may run ${breach.asked} seconds, at most ${breach.limit}`
    case 'PAYLOAD_TOO_LARGE':
      return `is ${breach.asked} bytes, at most ${breach.limit}`
    case 'WASM_NOT_ALLOWED':
      return 'brings a module, which this type of task may not'
  }
}
