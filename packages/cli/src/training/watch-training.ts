// A training as it goes: its task and its rounds, asked for again whenever something has happened.
import { type Connection, follow, taskOfEvent } from '@vcp/client'
import {
  isEnded,
  type LedgerEvent,
  limits,
  type Round,
  type TaskId,
  type TaskInfo,
} from '@vcp/protocol'

export interface TrainingNews {
  readonly task: TaskInfo
  /** In order, those that were given up included. */
  readonly rounds: readonly Round[]
}

/** How it stands, and again whenever that may have changed, until it has ended. */
export async function* watchTraining(
  connection: Connection,
  taskId: TaskId,
  signal: AbortSignal,
): AsyncGenerator<TrainingNews> {
  const rounds = createRoundReader(connection, taskId)
  const ids = new Set<string>()
  const end = new AbortController()
  const both = AbortSignal.any([signal, end.signal])
  try {
    for await (const heard of follow(connection, both)) {
      if (heard !== 'look' && !concerns(heard.event, taskId, ids)) continue
      // The task first: one that has ended has no round that would come after.
      const task = await connection.ask('getTask', { params: { id: taskId } })
      const news = { task, rounds: await rounds.read() }
      for (const { round_id } of news.rounds) ids.add(round_id)
      yield news
      if (isEnded(task.status)) return
    }
    signal.throwIfAborted()
  } finally {
    end.abort()
  }
}

function concerns(event: LedgerEvent, taskId: TaskId, rounds: ReadonlySet<string>): boolean {
  switch (event.type) {
    case 'lease-renewed':
      return false
    case 'round-opened':
    case 'round-finalised':
      return event.round.task_id === taskId
    case 'update-accepted':
      return event.update.task_id === taskId
    case 'update-refused':
    case 'round-closed':
    case 'round-abandoned':
      return rounds.has(event.round_id)
    default:
      return taskOfEvent(event) === taskId
  }
}

export interface RoundReader {
  read(): Promise<readonly Round[]>
}

/** Whole pages of rounds that are over do not change: what is behind them is asked for again. */
export function createRoundReader(connection: Connection, taskId: TaskId): RoundReader {
  const over: Round[] = []
  let behind: string | null = null
  return {
    async read() {
      const later: Round[] = []
      for (let cursor = behind; ; ) {
        const place: { readonly cursor?: string } = cursor === null ? {} : { cursor }
        const query = { task_id: taskId, limit: limits.pageItemsMax, ...place }
        const page = await connection.ask('listRounds', { query })
        const rounds = page.rounds as readonly Round[]
        cursor = page.next_cursor as string | null
        const isSettled = later.length === 0 && rounds.every(isOver)
        if (cursor !== null && isSettled) {
          over.push(...rounds)
          behind = cursor
        } else later.push(...rounds)
        if (cursor === null) return [...over, ...later]
      }
    },
  }
}

function isOver({ state }: Round): boolean {
  return state === 'finalised' || state === 'abandoned'
}
