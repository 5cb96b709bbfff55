import { type Outcome, pass, type TaskId, type TaskSpec, wantsProof } from '@vcp/protocol'
import type { TaskDesk } from '../http/ports.ts'

export interface Admission {
  /** A task that was taken before is taken again, whatever has become of its key. */
  isKnown(taskId: TaskId): boolean
  admit(task: TaskSpec): Promise<Outcome<null>>
}

/** A desk that looks at what a task brings, before it takes it: keys of proofs, models to train. */
export function admittingTasks(desk: TaskDesk, { isKnown, admit }: Admission): TaskDesk {
  return {
    ...desk,
    async submit(ownerId, submissions) {
      const isLookedAt = submissions.map(
        ({ task, task_id }) => needsLook(task) && !isKnown(task_id),
      )
      if (!isLookedAt.includes(true)) return desk.submit(ownerId, submissions)
      const admitted = await Promise.all(
        submissions.map(({ task }, i) => (isLookedAt[i] ? admit(task) : pass(null))),
      )
      const taken = submissions.filter((_, i) => admitted[i]!.ok)
      const answers = [...(taken.length === 0 ? [] : await desk.submit(ownerId, taken))]
      return admitted.map((outcome) => (outcome.ok ? answers.shift()! : outcome))
    },
  }
}

function needsLook(task: TaskSpec): boolean {
  return task.task_type === 'federated_learning' || wantsProof(task)
}
