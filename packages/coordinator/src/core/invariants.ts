// What must hold after every event, in production too: a state that breaks a rule of ours is a bug,
// and going on with it would only spread it.
import { isAtLeast, isEnded, taskStates } from '@vcp/protocol'
import type { State } from './state.ts'
import { isOpen, type TaskRecord } from './tasks/task-record.ts'

export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken'
}

export function assertHolds(holds: boolean, what: string): asserts holds {
  if (!holds) throw new InvariantBroken(what)
}

/** What must hold of a task, whatever has just happened to it. Takes a step an assignment. */
export function assertTaskHolds(task: TaskRecord): void {
  const { taskId, state, level, output, assignments, epoch } = task
  const say = (what: string) => `task ${taskId}: ${what}`
  assertHolds((state === 'completed') === (level !== null), say('a level without an end'))
  assertHolds((level === null) === (output === null), say('a level without an output'))
  let open = 0
  let validated = 0
  for (const assignment of assignments) {
    if (isOpen(assignment)) open += 1
    if (assignment.state === 'validated') validated += 1
    assertHolds(assignment.epoch <= epoch, say('a lease from the future'))
  }
  if (isEnded(state)) assertHolds(open === 0, say('it has ended, and a node still works on it'))
  if (level === null) return
  const needed = task.type === 'federated_learning' ? 0 : level === 'replicated' ? task.quorum : 1
  assertHolds(validated >= needed, say('completed without the results for it'))
  if (level === 'replicated') assertHolds(task.quorum > 1, say('replicated by one'))
  if (task.provisional)
    assertHolds(!isAtLeast(level, 'replicated'), say('provisional, yet checked'))
}

/** Everything at once; takes as long as there are things. For tests, and after a recovery. */
export function assertAllHolds(state: State): void {
  const counts = Object.fromEntries(taskStates.map((each) => [each, 0]))
  for (const task of state.tasks.values()) {
    assertTaskHolds(task)
    counts[task.state]! += 1
    assertEscrow(state, task)
    for (const assignment of task.assignments.filter(isOpen)) {
      const node = state.nodes.get(assignment.peerId)
      assertHolds(
        node?.open.has(task.taskId) === true,
        'an open assignment its node is not told of',
      )
    }
  }
  for (const each of taskStates) {
    assertHolds(counts[each] === state.taskCounts[each], `the count of ${each} tasks`)
  }
  for (const node of state.nodes.values()) {
    for (const taskId of node.open) {
      const assignments = state.tasks.get(taskId)?.assignments ?? []
      const has = assignments.some((each) => isOpen(each) && each.peerId === node.peerId)
      assertHolds(has, 'a node is told of an assignment that is not open')
    }
  }
  let sum = 0
  for (const [key, amountMicro] of state.books.entries()) {
    sum += amountMicro
    assertHolds(amountMicro >= 0 || key === 'issuer', `${key} owes credit`)
  }
  assertHolds(sum === 0, 'credit came from nowhere')
}

/** What was put aside for a task is there exactly until it ends. */
function assertEscrow(state: State, task: TaskRecord): void {
  const held = state.books.balance({ kind: 'escrow', task_id: task.taskId })
  const expected = isEnded(task.state) ? 0 : task.rewardMicro
  assertHolds(held === expected, `task ${task.taskId}: ${held} in escrow, not ${expected}`)
}
