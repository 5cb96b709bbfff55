import { limits, type Outcome, pass, refuse, type TaskId, type TaskInfo } from '@vcp/protocol'
import type { Identity } from '../accounts/identity.ts'
import type { TaskRecord } from '../core/tasks/task-record.ts'
import { assignmentInfosOf, type Fits as CoreFits, fitsOf, taskInfoOf } from '../core/views.ts'
import type { Fits, Page, TaskDesk, TaskListAsked } from '../http/ports.ts'
import { type EvidenceParts, gatherEvidence } from './evidence.ts'
import { type SubmitParts, submitTasks } from './submit-tasks.ts'
import type { TaskIndex } from './task-index.ts'
import { maySee } from './viewer.ts'

export interface TaskDeskParts extends EvidenceParts, SubmitParts {
  readonly index: TaskIndex
}

/** Tasks that one page looks at, however few of them it finds. */
const lookedAtMax = 20_000

export function createTaskDesk(parts: TaskDeskParts): TaskDesk {
  const { loop, log, index } = parts
  const { state } = loop

  function find(viewer: Identity, taskId: TaskId): Outcome<TaskRecord> {
    const task = state.tasks.get(taskId)
    if (task !== undefined && maySee(viewer, task.ownerId)) return pass(task)
    return refuse('TASK_UNKNOWN', `no task of yours is ${taskId}`)
  }

  async function shown(task: TaskRecord): Promise<TaskInfo> {
    const info = taskInfoOf(task)
    await loop.settled()
    return info
  }

  return {
    submit: (ownerId, submissions) => submitTasks(parts, ownerId, submissions),
    fits: (spec) => pass(wireFits(fitsOf(state, spec, limits.pageItemsMax))),
    async list(viewer, asked) {
      const isAdmin = viewer.scopes.includes('admin')
      const ids = isAdmin ? index.all : index.of(viewer.accountId)
      const page = pageOf(ids, asked, (id) => state.tasks.get(id))
      await loop.settled()
      return page
    },
    async show(viewer, taskId) {
      const found = find(viewer, taskId)
      return found.ok ? pass(await shown(found.value)) : found
    },
    async cancel(viewer, taskId) {
      const found = find(viewer, taskId)
      if (!found.ok) return found
      const { ownerId } = found.value
      const reason = ownerId === viewer.accountId ? 'by its submitter' : 'by an administrator'
      const reply = await loop.tell({ type: 'task-cancelled', taskId, ownerId, reason })
      return reply.ok ? pass(await shown(found.value)) : reply
    },
    async spec(viewer, taskId) {
      const found = find(viewer, taskId)
      if (!found.ok) return found
      const { submittedIndex } = found.value
      await loop.settled()
      const entries = await log.entries(submittedIndex, 1)
      const event = entries.ok ? entries.value[0]?.event : undefined
      if (event?.type === 'task-submitted') return pass(event.task)
      return refuse('NOT_FOUND', `the log no longer has entry ${submittedIndex}`)
    },
    why(viewer, taskId) {
      const found = find(viewer, taskId)
      if (!found.ok) return found
      const { spec, state: status } = found.value
      // What has ended waits for nobody, and its task is not kept at hand.
      if (spec === null) return refuse('CONFLICT', `the task is ${status}: it waits for no node`)
      return pass(wireFits(fitsOf(state, spec, limits.pageItemsMax)))
    },
    async assignments(viewer, taskId) {
      const found = find(viewer, taskId)
      if (!found.ok) return found
      const assignments = [...assignmentInfosOf(found.value)]
      await loop.settled()
      return pass(assignments)
    },
    async evidence(viewer, taskId) {
      const found = find(viewer, taskId)
      if (!found.ok) return found
      await loop.settled()
      return gatherEvidence(found.value, parts)
    },
  }
}

/** The newest first; `after` is the place behind which the page begins. */
function pageOf(
  ids: readonly TaskId[],
  { after, limit, status, taskType }: TaskListAsked,
  taskOf: (id: TaskId) => TaskRecord | undefined,
): Page<TaskInfo> {
  const items: TaskInfo[] = []
  const start = after === null ? ids.length : Math.min(ids.length, Number(after) || 0)
  const end = Math.max(0, start - lookedAtMax)
  for (let at = start - 1; at >= end; at -= 1) {
    if (items.length === limit) return { items, next: String(at + 1) }
    const task = taskOf(ids[at]!)
    if (task === undefined || (status !== null && task.state !== status)) continue
    if (taskType === null || task.type === taskType) items.push(taskInfoOf(task))
  }
  return { items, next: end === 0 ? null : String(end) }
}

function wireFits({ registered, lookedAt, eligible, keptOut, nodes }: CoreFits): Fits {
  return {
    registered,
    looked_at: lookedAt,
    eligible,
    kept_out: [...keptOut],
    nodes: nodes.map(({ peerId, mismatches }) => ({
      peer_id: peerId,
      fits: mismatches.length === 0,
      mismatches: mismatches.map((each) => ({
        code: each.code,
        needs: 'needs' in each ? wireNeeds(each.needs) : null,
        has: 'has' in each ? each.has : null,
        text: each.text,
      })),
    })),
  }
}

function wireNeeds(needs: number | string | readonly string[]): number | string | string[] {
  return typeof needs === 'object' ? [...needs] : needs
}
