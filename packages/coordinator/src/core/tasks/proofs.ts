// Results that are judged by their proof and not by a second run. Checking takes longer than a turn
// may, so it is done outside: asked for when a node has shown its result, answered with an input.
import { pass } from '@vcp/protocol'
import type { Decider } from '../decide.ts'
import type { Turn } from '../turn.ts'
import { failTask } from './end.ts'
import { fill } from './fill.ts'
import { holdOf } from './reports.ts'
import type { Assignment, TaskRecord } from './task-record.ts'
import { accept, publish, reject } from './verify.ts'

export const proofDeciders = {
  'proof-checked': ((turn, { taskId, peerId, leaseEpoch, finding }) => {
    const found = holdOf(turn, taskId, peerId, leaseEpoch, ['committed'])
    if (!found.ok) return found
    const { task, assignment } = found.value
    // Asked for twice, after a restart: the first answer has been acted on, or the next one will.
    if (assignment.held === null) return pass(null)
    switch (finding.kind) {
      case 'holds':
        takeProof(turn, task, assignment, finding.level)
        break
      case 'false':
        reject(turn, task, assignment, finding.reason)
        fill(turn, task)
        break
      case 'uncheckable':
        failTask(turn, task, finding.reason)
    }
    return pass(null)
  }) satisfies Decider<'proof-checked'>,
}

function takeProof(
  turn: Turn,
  task: TaskRecord,
  assignment: Assignment,
  level: 'signed' | 'proved',
): void {
  if (task.spec!.verification.level === 'proved' && level !== 'proved') {
    reject(turn, task, assignment, 'nothing in the proof ties it to the task')
    fill(turn, task)
    return
  }
  publish(turn, [assignment])
  accept(turn, task, [assignment], level)
}
