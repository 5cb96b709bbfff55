import { type FederatedLearning, isEnded, type TaskId, type TaskState } from '@vcp/protocol'
import type { Applier } from '../apply.ts'
import { assertHolds, assertTaskHolds } from '../invariants.ts'
import type { NodeRecord } from '../nodes/node-record.ts'
import type { State } from '../state.ts'
import { isOpen, stateOf, type TaskRecord } from './task-record.ts'

const WAITS = 'waits for a node'

export const taskAppliers = {
  'task-submitted': ((state, { task_id, owner_id, task_digest, task: spec }, { index, atMs }) => {
    assertHolds(!state.tasks.has(task_id), `the task ${task_id} is submitted twice`)
    const matchUntilMs = atMs + spec.timeouts.match_seconds * 1_000
    state.tasks.set(task_id, {
      taskId: task_id,
      ownerId: owner_id,
      type: spec.task_type,
      digest: task_digest,
      rewardMicro: spec.reward_micro,
      submittedIndex: index,
      createdAtMs: atMs,
      updatedAtMs: atMs,
      spec,
      demand: null,
      demandKey: '',
      state: 'pending',
      reason: WAITS,
      copies: 1,
      quorum: 1,
      epoch: 0,
      failures: 0,
      matchUntilMs,
      assignments: [],
      dispute: null,
      training:
        spec.task_type === 'federated_learning'
          ? {
              model: spec.inputs.model,
              strategyState: null,
              clipNorm: clipNormAtFirst(spec),
              epsilonSpent: null,
              releases: 0,
              roundsDone: 0,
              points: new Map(),
              roundsFailed: 0,
              round: null,
            }
          : null,
      level: null,
      output: null,
      provisional: false,
      recheckable: null,
      checks: null,
    })
    state.taskCounts.pending += 1
    state.timers.set(matchUntilMs, { kind: 'match', taskId: task_id })
  }) satisfies Applier<'task-submitted'>,

  'replication-set': ((state, { task_id, copies, quorum }, { atMs }) => {
    const task = taskOf(state, task_id)
    if (copies > task.copies) lookFurther(state, task, atMs)
    task.copies = copies
    task.quorum = quorum
  }) satisfies Applier<'replication-set'>,

  'task-completed': ((state, event, { atMs }) => {
    const { task_id, level, output, provisional, reason = null } = event
    const task = taskOf(state, task_id)
    task.level = level
    task.output = output
    task.provisional = provisional
    state.levelCounts[level] += 1
    if (provisional) remember(state, task)
    if (task.checks !== null) compare(state, task, task.checks)
    end(state, task, 'completed', reason, atMs)
  }) satisfies Applier<'task-completed'>,

  'recheck-ordered': ((state, { task_id, recheck_id }) => {
    taskOf(state, task_id).recheckable = null
    taskOf(state, recheck_id).checks = task_id
  }) satisfies Applier<'recheck-ordered'>,

  'task-failed': ((state, { task_id, reason }, { atMs }) => {
    end(state, taskOf(state, task_id), 'failed', reason, atMs)
  }) satisfies Applier<'task-failed'>,

  'task-cancelled': ((state, { task_id, reason }, { atMs }) => {
    end(state, taskOf(state, task_id), 'cancelled', reason, atMs)
  }) satisfies Applier<'task-cancelled'>,
}

/** Somebody else is looked for from now on. */
export function lookFurther(state: State, task: TaskRecord, atMs: number): void {
  if (task.spec === null) return
  task.matchUntilMs = atMs + task.spec.timeouts.match_seconds * 1_000
  state.timers.set(task.matchUntilMs, { kind: 'match', taskId: task.taskId })
}

export function taskOf(state: State, taskId: TaskId): TaskRecord {
  const task = state.tasks.get(taskId)
  assertHolds(task !== undefined, `there is no task ${taskId}`)
  return task
}

/** The task's state after a change of its assignments. */
export function settle(state: State, task: TaskRecord, atMs: number): void {
  move(state, task, stateOf(task), atMs)
  task.reason = task.state === 'pending' ? WAITS : null
  assertTaskHolds(task)
}

function end(
  state: State,
  task: TaskRecord,
  to: 'completed' | 'failed' | 'cancelled',
  reason: string | null,
  atMs: number,
): void {
  assertHolds(!isEnded(task.state), `the task ${task.taskId} ends twice`)
  state.matcher.stopWaiting(task.demandKey, task.taskId)
  move(state, task, to, atMs)
  task.reason = reason
  task.spec = null
  task.demand = null
  task.matchUntilMs = null
  task.dispute = null
  for (const assignment of task.assignments) {
    assignment.receipt = null
    assignment.held = null
    assignment.commitment = null
  }
  assertTaskHolds(task)
}

function move(state: State, task: TaskRecord, to: TaskState, atMs: number): void {
  state.taskCounts[task.state] -= 1
  state.taskCounts[to] += 1
  task.state = to
  task.updatedAtMs = atMs
}

/** A result taken on one node's word stands or falls with the node's next audit. */
function remember(state: State, task: TaskRecord): void {
  for (const { peerId, state: ended, receipt } of task.assignments) {
    if (ended !== 'validated' || receipt === null) continue
    const key = `${receipt.engine.name}@${receipt.engine.version}`
    const node = state.nodes.get(peerId)
    if (node === undefined) continue
    if (!node.unaudited.has(key)) node.unaudited.set(key, new Set())
    node.unaudited.get(key)!.add(task.taskId)
    keepForRecheck(state, task, node, key)
  }
}

/** Results of one node, with one engine, that can be checked by running their tasks again. */
const recheckableMax = 64

function keepForRecheck(state: State, task: TaskRecord, node: NodeRecord, engine: string): void {
  const kept = node.recheckable.get(engine) ?? []
  node.recheckable.set(engine, kept)
  kept.push(task.taskId)
  task.recheckable = task.spec
  if (kept.length > recheckableMax) taskOf(state, kept.shift()!).recheckable = null
}

/** The second run of a task is there: it bears the first one out, or it does not. */
function compare(state: State, { taskId, output }: TaskRecord, checked: TaskId): void {
  const task = taskOf(state, checked)
  if (task.output === output) {
    task.provisional = false
    task.reason = null
  } else task.reason = `task ${taskId} ran it again and came to another result`
}

function clipNormAtFirst({ inputs }: FederatedLearning): number | null {
  return inputs.adaptive_clipping ? (inputs.privacy?.clip_norm ?? null) : null
}

export function openAssignments(task: TaskRecord) {
  return task.assignments.filter(isOpen)
}
