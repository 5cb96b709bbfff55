// The state as plain data, so that a restart need not read the whole journal. What the journal does
// not hold is not in it either: nodes are heard anew.
import { type NodeRecord, nameKey } from './nodes/node-record.ts'
import type { RoundRecord } from './rounds/round-record.ts'
import type { Settings } from './settings.ts'
import { type LevelCounts, State, type TaskCounts } from './state.ts'
import type { Assignment, TaskRecord } from './tasks/task-record.ts'

/** Raised when the records below change; a snapshot of another version is not read. */
export const snapshotVersion = 5

export interface Snapshot {
  readonly version: number
  readonly nextIndex: number
  readonly atMs: number
  readonly accounts: State['accounts']
  readonly nodes: readonly NodeRecord[]
  readonly tasks: readonly TaskRecord[]
  readonly rounds: readonly RoundRecord[]
  readonly balances: readonly (readonly [string, number])[]
  readonly taskCounts: TaskCounts
  readonly levelCounts: LevelCounts
}

/** Shares its records with the state: it is to be written before the state changes again. */
export function snapshotOf(state: State): Snapshot {
  return {
    version: snapshotVersion,
    nextIndex: state.nextIndex,
    atMs: state.atMs,
    accounts: state.accounts,
    nodes: [...state.nodes.values()].map(forgetful),
    tasks: [...state.tasks.values()],
    rounds: [...state.rounds.values()],
    balances: state.books.entries(),
    taskCounts: state.taskCounts,
    levelCounts: state.levelCounts,
  }
}

/** Null where the snapshot is of another version. The records become the state's own. */
export function stateFrom(snapshot: Snapshot, settings: Settings): State | null {
  if (snapshot.version !== snapshotVersion) return null
  const state = new State(settings)
  state.nextIndex = snapshot.nextIndex
  state.atMs = snapshot.atMs
  for (const accountId of snapshot.accounts) state.accounts.add(accountId)
  for (const [key, amountMicro] of snapshot.balances) state.books.restore(key, amountMicro)
  for (const record of snapshot.nodes) {
    const node = { ...record, slot: state.matcher.takeSlot() }
    state.nodes.set(node.peerId, node)
    state.nodeNames.set(nameKey(node.ownerId, node.registration.node_id), node.peerId)
    state.matcher.changed(node)
  }
  for (const task of snapshot.tasks) {
    // What was waited for is looked for anew: `resume` sees to it.
    const assignments = task.assignments.map(untold)
    state.tasks.set(task.taskId, { ...task, assignments, demand: null, demandKey: '' })
  }
  for (const record of snapshot.rounds) state.rounds.set(record.round.round_id, record)
  Object.assign(state.taskCounts, snapshot.taskCounts)
  Object.assign(state.levelCounts, snapshot.levelCounts)
  return state
}

/** What a node showed to nobody but us is shown again, and its proof checked again. */
function untold(assignment: Assignment): Assignment {
  return { ...assignment, held: null, isProofAsked: false }
}

function forgetful(node: NodeRecord): NodeRecord {
  return {
    ...node,
    telemetry: null,
    health: null,
    latencyMs: null,
    restsUntilMs: null,
    isWatched: false,
  }
}
