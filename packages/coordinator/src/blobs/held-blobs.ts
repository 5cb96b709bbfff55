// Which blobs stay, whatever room is needed: those that a task names which has not ended, what its
// nodes have shown, the models of its rounds, and for a time the outputs of accepted results. All
// of it follows from the state, so none of it is written down.
import { blobsNamedBy, type Cid, type LedgerEntry, type RoundId, type TaskId } from '@vcp/protocol'
import type { State } from '../core/state.ts'
import type { TaskRecord } from '../core/tasks/task-record.ts'

export interface HeldBlobs {
  has(cid: Cid): boolean
  /** Holds what the state does that was read from the journal. */
  begin(state: State): void
  /** What became durable, in order. */
  onDurable(entries: readonly LedgerEntry[]): void
}

export interface HeldBlobsParts {
  nowMs(): number
  /** For so long an accepted output stays, so that its submitter can fetch it. */
  readonly resultsMs: number
}

interface Result {
  readonly cid: Cid
  readonly untilMs: number
}

export function createHeldBlobs({ nowMs, resultsMs }: HeldBlobsParts): HeldBlobs {
  const holders = new Map<Cid, number>()
  const byTask = new Map<TaskId, readonly Cid[]>()
  /** Updates, until their round has ended. */
  const byRound = new Map<RoundId, Cid[]>()
  /** In the order in which they were accepted, which is that of their end. */
  let results: Result[] = []
  /** Before it they are over; taken off in one go, now and then. */
  let over = 0

  function letGo(cid: Cid): void {
    const left = (holders.get(cid) ?? 1) - 1
    if (left === 0) holders.delete(cid)
    else holders.set(cid, left)
  }

  function hold(cid: Cid): void {
    holders.set(cid, (holders.get(cid) ?? 0) + 1)
  }

  function holdUpdate(roundId: RoundId, update: Cid): void {
    byRound.set(roundId, [...(byRound.get(roundId) ?? []), update])
    hold(update)
  }

  function endRound(roundId: RoundId): void {
    byRound.get(roundId)?.forEach(letGo)
    byRound.delete(roundId)
  }

  function take({ taskId, names, output, atMs }: Change): void {
    if (names !== null) {
      const before = byTask.get(taskId)
      byTask.set(taskId, before === undefined ? names : [...before, ...names])
      names.forEach(hold)
      return
    }
    if (output !== null) {
      hold(output)
      results.push({ cid: output, untilMs: atMs + resultsMs })
    }
    byTask.get(taskId)?.forEach(letGo)
    byTask.delete(taskId)
  }

  function forget(): void {
    const atMs = nowMs()
    for (let next = results[over]; next !== undefined && next.untilMs <= atMs; ) {
      letGo(next.cid)
      over += 1
      next = results[over]
    }
    if (over * 2 <= results.length) return
    results = results.slice(over)
    over = 0
  }

  return {
    has(cid) {
      forget()
      return holders.has(cid)
    },
    begin(state) {
      const changes = [...state.tasks.values()].map(standingOf)
      changes.sort((one, other) => one.atMs - other.atMs)
      changes.forEach(take)
      for (const { round, updates } of state.rounds.values()) {
        for (const { delta } of updates.values()) holdUpdate(round.round_id, delta)
      }
    },
    onDurable(entries) {
      for (const entry of entries) {
        const { event } = entry
        if (event.type === 'update-accepted') {
          holdUpdate(event.counts_in ?? event.update.round_id, event.update.delta)
        }
        if (event.type === 'round-finalised') endRound(event.round.round_id)
        if (event.type === 'round-abandoned') endRound(event.round_id)
        const change = changeBy(entry)
        if (change !== null) take(change)
      }
    },
  }
}

/** More blobs that a task names, or its end, with its output where that was accepted. */
interface Change {
  readonly taskId: TaskId
  /** Null: it has ended. */
  readonly names: readonly Cid[] | null
  readonly output: Cid | null
  readonly atMs: number
}

function changeBy({ event, at_ms: atMs }: LedgerEntry): Change | null {
  const naming = (taskId: TaskId, ...names: readonly Cid[]) => {
    return { taskId, names, output: null, atMs }
  }
  switch (event.type) {
    case 'task-submitted':
      return { taskId: event.task_id, names: blobsNamedBy(event.task), output: null, atMs }
    case 'receipt-revealed':
      return naming(event.receipt.payload.task_id, event.receipt.payload.output)
    case 'round-opened':
      return naming(event.round.task_id, event.round.model_in)
    case 'round-finalised': {
      const { task_id, model_out, strategy_state } = event.round
      return naming(task_id, ...[model_out, strategy_state].filter((cid) => cid !== null))
    }
    case 'task-completed':
      return { taskId: event.task_id, names: null, output: event.output, atMs }
    case 'task-failed':
    case 'task-cancelled':
      return { taskId: event.task_id, names: null, output: null, atMs }
    default:
      return null
  }
}

/** All changes of a task so far, as one. */
function standingOf({ taskId, spec, training, assignments, ...task }: TaskRecord): Change {
  const { output, updatedAtMs: atMs } = task
  if (spec === null) return { taskId, names: null, output, atMs }
  const shown = assignments.flatMap(({ receipt }) => (receipt === null ? [] : receipt.output))
  const models = [training?.model, training?.strategyState].filter((cid) => cid != null)
  return { taskId, names: [...blobsNamedBy(spec), ...shown, ...models], output: null, atMs }
}
