import {
  type Evidence,
  limits,
  type Outcome,
  pass,
  type Submission,
  type TaskId,
  type TaskInfo,
  VcpError,
} from '@vcp/protocol'
import { errorAnswer } from '../error-answer.ts'
import type { Handlers } from '../handler.ts'
import type { BlobKeeper } from '../ports.ts'
import { nextCursor, readCursor } from './cursor.ts'
import type { HandlerParts } from './handlers.ts'

type Names =
  | 'submitTask'
  | 'submitTasks'
  | 'tryTask'
  | 'listTasks'
  | 'getTask'
  | 'cancelTask'
  | 'taskSpec'
  | 'whyTask'
  | 'taskAssignments'
  | 'taskEvidence'
  | 'tasksEvidence'

export function taskHandlers({ backend: { tasks, blobs } }: HandlerParts): Pick<Handlers, Names> {
  return {
    async submitTask({ identity, body }) {
      const [outcome] = await tasks.submit(identity.accountId, [body])
      if (outcome === undefined) throw new VcpError('INTERNAL')
      return outcome
    },
    async submitTasks({ identity, body, requestId }) {
      const outcomes = await tasks.submit(identity.accountId, body.tasks)
      return pass({ results: outcomes.map((each, i) => result(each, body.tasks[i]!, requestId)) })
    },
    tryTask: ({ body }) => tasks.fits(body),
    async listTasks({ identity, query: { status, task_type, ...query } }) {
      const asked = readCursor(query)
      if (!asked.ok) return asked
      const filter = { status: status ?? null, taskType: task_type ?? null }
      const page = await tasks.list(identity, { ...asked.value, ...filter })
      return pass({ tasks: [...page.items], next_cursor: nextCursor(page) })
    },
    getTask: ({ identity, params }) => tasks.show(identity, params.id),
    cancelTask: ({ identity, params }) => tasks.cancel(identity, params.id),
    taskSpec: ({ identity, params }) => tasks.spec(identity, params.id),
    whyTask: ({ identity, params }) => tasks.why(identity, params.id),
    async taskAssignments({ identity, params }) {
      const found = await tasks.assignments(identity, params.id)
      return found.ok ? pass({ assignments: found.value }) : found
    },
    taskEvidence: ({ identity, params }) => tasks.evidence(identity, params.id),
    async tasksEvidence({ identity, body: { task_ids, outputs }, requestId }) {
      const results = task_ids.map(async (taskId) => {
        const found = await tasks.evidence(identity, taskId)
        const output = found.ok && outputs ? await smallOutput(blobs, found.value) : null
        return shown(found, output, taskId, requestId)
      })
      return pass({ results: await Promise.all(results) })
    },
  }
}

async function smallOutput(
  blobs: Pick<BlobKeeper, 'small'>,
  { receipts }: Evidence,
): Promise<string | null> {
  const { output, output_bytes: bytes } = receipts[0]!.receipt.payload
  if (bytes > limits.evidenceOutputBytesMax) return null
  const found = await blobs.small(output, limits.evidenceOutputBytesMax)
  return found === null ? null : Buffer.from(found).toString('base64')
}

function shown(
  outcome: Outcome<Evidence>,
  output: string | null,
  task_id: TaskId,
  requestId: string,
) {
  if (outcome.ok) return { found: true as const, evidence: outcome.value, output }
  return { found: false as const, task_id, refusal: errorAnswer(outcome, requestId).body }
}

function result(outcome: Outcome<TaskInfo>, { task_id }: Submission, requestId: string) {
  if (outcome.ok) return { taken: true as const, task: outcome.value }
  return { taken: false as const, task_id, refusal: errorAnswer(outcome, requestId).body }
}
