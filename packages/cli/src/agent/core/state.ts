// Everything that the agent's core knows. What is stored changes in `apply` alone; what is measured
// or heard of the present is not stored, for a new process measures and hears anew.
import { type Breaker, closedBreaker, type TaskId } from '@vcp/protocol'
import type { Reading } from './reading.ts'
import type { AskedMode, EndedLease, JoinedLog, Lease, QueuedReport, Rerun } from './records.ts'
import type { AgentSettings } from './settings.ts'

/** What is stored, by kind; its name in the store is `kind/id`. */
export type RecordName =
  | `lease/${TaskId}`
  | `ended/${TaskId}`
  | `report/${number}`
  | `rerun/${string}`
  | 'agent/'

export class State {
  readonly settings: AgentSettings
  readonly leases = new Map<TaskId, Lease>()
  /** In the order in which they ended. */
  readonly ended = new Map<TaskId, EndedLease>()
  readonly reports = new Map<number, QueuedReport>()
  readonly reruns = new Map<string, Rerun>()
  nextReportId = 1
  mode: AskedMode = 'active'
  /** When a pause ends by itself. */
  modeUntilMs: number | null = null
  /** Whether the coordinator has yet to hear of the mode. */
  isModeOwed = false
  breaker: Breaker = closedBreaker(0)
  errorsInARow = 0

  /** From here on nothing is stored. */
  atMs = 0
  reading: Reading | null = null
  readAtMs = 0
  log: JoinedLog | null = null
  isJoined = false
  isDiskFull = false
  isDrainAnnounced = false
  /** What has changed since it was last stored. */
  readonly touched = new Set<RecordName>()

  constructor(settings: AgentSettings) {
    this.settings = settings
  }
}

export function runningOf(state: State): readonly Lease[] {
  return [...state.leases.values()].filter(({ stage }) => stage === 'running')
}

/** Whether what belongs to a log can be told to somebody now. */
export function reaches({ log, isJoined }: State, logKey: string): boolean {
  return isJoined && log?.logKey === logKey
}

/** Tasks of which the output or the trace may still be asked for. */
export function heldTasks({ leases, ended }: State): ReadonlySet<TaskId> {
  const traced = [...ended.values()].filter(({ hasTrace }) => hasTrace)
  return new Set([...leases.keys(), ...traced.map(({ taskId }) => taskId)])
}
