// The newest rounds, of a coordinator that lists them from the first on. A page of rounds that are
// all over is left behind, and not asked for again.
import type { Connection } from '@vcp/client'
import type { Round, TaskId } from '@vcp/protocol'
import type { Listed } from './facts.ts'

const pageItems = 200

export interface NewestRounds {
  read(connection: Pick<Connection, 'ask'>): Promise<Listed<Round>>
}

/** Of one training, or of all. */
export function createNewestRounds(taskId: TaskId | null): NewestRounds {
  const filter = taskId === null ? {} : { task_id: taskId }
  /** Where the pages that change begin, and what stands right before. */
  let from: string | null = null
  let before: readonly Round[] = []
  return {
    async read({ ask }) {
      const read: Round[] = []
      for (let cursor = from; ; ) {
        const place: { readonly cursor?: string } = cursor === null ? {} : { cursor }
        const page = await ask('listRounds', { query: { limit: pageItems, ...filter, ...place } })
        const rounds = page['rounds'] as readonly Round[]
        cursor = page['next_cursor'] as string | null
        if (cursor !== null && read.length === 0 && rounds.every(isOver)) {
          from = cursor
          before = rounds
        } else read.push(...rounds)
        if (cursor !== null) continue
        const known = [...before, ...read]
        return { items: known.slice(-pageItems), isAll: from === null && known.length <= pageItems }
      }
    },
  }
}

function isOver({ state }: Round): boolean {
  return state === 'finalised' || state === 'abandoned'
}
