import * as z from 'zod'
import { AssignmentInfo } from '../assignment.ts'
import { base64CharactersOf } from '../base64.ts'
import { Evidence } from '../evidence.ts'
import { PeerId, TaskId } from '../ids.ts'
import { limits } from '../limits.ts'
import { Count } from '../quantities.ts'
import { TaskInfo, TaskSpec, TaskState } from '../tasks/task.ts'
import { TaskType } from '../tasks/task-type.ts'
import { ErrorBody } from './error-body.ts'
import { PageQuery, pageOf } from './page.ts'
import { route } from './route.ts'

const TaskParams = z.strictObject({ id: TaskId })

/** A task with the id its submitter made, so that sending it again is harmless. */
export const Submission = z.strictObject({ task_id: TaskId, task: TaskSpec })
export type Submission = z.infer<typeof Submission>

/** Why a node does or does not fit: codes with the number asked for and the number there is. */
const NodeFit = z.strictObject({
  peer_id: PeerId,
  fits: z.boolean(),
  mismatches: z
    .array(
      z.strictObject({
        code: z.string().min(1).max(32),
        needs: z.union([z.number(), z.string(), z.array(z.string())]).nullable(),
        has: z.union([z.number(), z.string(), z.boolean()]).nullable(),
        text: z.string().max(256),
      }),
    )
    .max(16),
})

const Fits = z.strictObject({
  /** Nodes that there are, and how many of them were looked at: of many nodes, a sample is. */
  registered: Count,
  looked_at: Count,
  /** Of those looked at, how many fit, and how many each rule keeps out. */
  eligible: Count,
  kept_out: z.array(z.strictObject({ code: z.string().min(1).max(32), nodes: Count })).max(16),
  nodes: z.array(NodeFit).max(limits.pageItemsMax),
})

export const taskRoutes = {
  submitTask: route('POST /api/v1/tasks', {
    rate: 'tasks',
    summary: 'submit a task; acknowledged once it is on disk',
    body: Submission,
    status: 201,
    answer: TaskInfo,
    refusals: ['TASK_REFUSED', 'NO_ELIGIBLE_NODE', 'CONFLICT', 'TOO_LARGE', 'DISK_FULL'],
  }),
  submitTasks: route('POST /api/v1/tasks/batch', {
    rate: 'tasks',
    summary: 'submit many tasks; each is taken or refused by itself',
    body: z.strictObject({ tasks: z.array(Submission).min(1).max(limits.batchTasksMax) }),
    answer: z.strictObject({
      results: z.array(
        z.discriminatedUnion('taken', [
          z.strictObject({ taken: z.literal(true), task: TaskInfo }),
          z.strictObject({ taken: z.literal(false), task_id: TaskId, refusal: ErrorBody }),
        ]),
      ),
    }),
    refusals: ['TOO_LARGE', 'DISK_FULL'],
  }),
  tryTask: route('POST /api/v1/tasks/dry-run', {
    rate: 'tasks',
    summary: 'ask which nodes would fit, without submitting',
    body: TaskSpec,
    answer: Fits,
    refusals: ['TASK_REFUSED'],
  }),
  listTasks: route('GET /api/v1/tasks', {
    rate: 'tasks',
    summary: 'list your tasks',
    query: PageQuery.extend({ status: TaskState.optional(), task_type: TaskType.optional() }),
    answer: pageOf('tasks', TaskInfo),
  }),
  getTask: route('GET /api/v1/tasks/{id}', {
    rate: 'tasks',
    summary: 'show a task',
    params: TaskParams,
    answer: TaskInfo,
    refusals: ['TASK_UNKNOWN'],
  }),
  cancelTask: route('DELETE /api/v1/tasks/{id}', {
    rate: 'tasks',
    summary: 'cancel a task that has not ended',
    params: TaskParams,
    answer: TaskInfo,
    refusals: ['TASK_UNKNOWN', 'CONFLICT'],
  }),
  taskSpec: route('GET /api/v1/tasks/{id}/spec', {
    rate: 'tasks',
    summary: 'show a task as it was submitted, as the log has it',
    params: TaskParams,
    answer: TaskSpec,
    refusals: ['TASK_UNKNOWN', 'NOT_FOUND'],
  }),
  whyTask: route('GET /api/v1/tasks/{id}/why', {
    rate: 'tasks',
    summary: 'ask why a task waits: node by node, what is missing',
    params: TaskParams,
    answer: Fits,
    refusals: ['TASK_UNKNOWN'],
  }),
  taskAssignments: route('GET /api/v1/tasks/{id}/assignments', {
    rate: 'tasks',
    summary: 'show who had the task, and how that ended',
    params: TaskParams,
    answer: z.strictObject({ assignments: z.array(AssignmentInfo) }),
    refusals: ['TASK_UNKNOWN'],
  }),
  taskEvidence: route('GET /api/v1/tasks/{id}/evidence', {
    rate: 'tasks',
    summary: 'fetch what shows the result to be right, for checking at home',
    params: TaskParams,
    answer: Evidence,
    refusals: ['TASK_UNKNOWN', 'CONFLICT'],
  }),
  tasksEvidence: route('POST /api/v1/tasks/evidence', {
    rate: 'tasks',
    summary: 'fetch what shows many results to be right, each for itself, in the order asked',
    body: z.strictObject({
      task_ids: z.array(TaskId).min(1).max(limits.batchEvidenceMax),
      /** Whether outputs that are small come along. */
      outputs: z.boolean().default(false),
    }),
    answer: z.strictObject({
      results: z.array(
        z.discriminatedUnion('found', [
          z.strictObject({
            found: z.literal(true),
            evidence: Evidence,
            /** The output in base64; null where it was not asked for, or has to be fetched. */
            output: z
              .string()
              .max(base64CharactersOf(limits.evidenceOutputBytesMax))
              .nullable()
              .default(null),
          }),
          z.strictObject({ found: z.literal(false), task_id: TaskId, refusal: ErrorBody }),
        ]),
      ),
    }),
  }),
} as const
