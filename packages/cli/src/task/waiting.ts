// Waiting for a task, and leaving it: whoever stops waiting stops nothing else.
import { type TaskId, VcpError } from '@vcp/protocol'
import type { Approach } from '../coordinator-client.ts'
import type { ProgressLine } from './progress-line.ts'

export interface Wait {
  readonly approach: Approach
  /** The failure as it is to those who waited: the task goes on, and so it says. */
  left(error: unknown, taskId: TaskId): unknown
  /** As `left`, before anybody has heard that the coordinator has the task. */
  unsent(error: unknown, taskId: TaskId): unknown
}

/** A coordinator that restarts under somebody who waits is waited for. */
const silenceMs = 60_000

export function waitFor(
  line: ProgressLine,
  stop: AbortSignal,
  withinSeconds: number | undefined,
): Wait {
  const timeout =
    withinSeconds === undefined ? undefined : AbortSignal.timeout(withinSeconds * 1_000)
  return {
    approach: {
      signsIn: true,
      silenceMs,
      signal: timeout,
      onWait(error, ms) {
        const why =
          error.code === 'COORDINATOR_UNREACHABLE' ? 'does not answer' : 'asks for patience'
        line.say(`the coordinator ${why}: again in ${(ms / 1_000).toFixed(1)} s`)
      },
    },
    left(error, taskId) {
      const hint =
        `The task goes on without you: \`vcp task watch ${taskId}\` comes back to it, ` +
        `\`vcp task cancel ${taskId}\` ends it.`
      const details = { task_id: taskId }
      if (stop.aborted) {
        return new VcpError('INTERRUPTED', {
          message: `nobody waits for ${taskId} now`,
          hint,
          details,
        })
      }
      if (timeout?.aborted !== true) return error
      return new VcpError('TASK_TIMEOUT', {
        message: `the task ${taskId} has not ended within ${withinSeconds} seconds`,
        hint,
        details,
      })
    },
    unsent(error, taskId) {
      if (stop.aborted || timeout?.aborted !== true) return error
      return new VcpError('TASK_TIMEOUT', {
        message: `the coordinator has not taken the task within ${withinSeconds} seconds`,
        hint:
          `Whether it has it now, \`vcp task watch ${taskId}\` says; sent again with ` +
          `--id ${taskId} it is the same task.`,
        details: { task_id: taskId },
      })
    },
  }
}
