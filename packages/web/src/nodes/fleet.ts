// All nodes that the viewer may see: read page by page, then kept up to date by what is heard of
// them. Ten thousand are ten pages; they are shown as they come.
import { type LedgerEntry, limits, type NodeInfo } from '@vcp/protocol'
import { ask } from '../api/ask.ts'
import { createStore } from '../api/store.ts'

export interface Fleet {
  readonly nodes: readonly NodeInfo[]
  /** False while pages are still to come. */
  readonly isWhole: boolean
  readonly error: unknown
}

export const fleet = createStore<Fleet>({ nodes: [], isWhole: false, error: null })

/** More than a coordinator is built for; bounds what a page of ours holds. */
const pagesMax = 64

/** Reads all of it anew; what there was stays in sight until the last page is there. */
export async function readFleet(signal: AbortSignal): Promise<void> {
  const nodes: NodeInfo[] = []
  let cursor: string | null = null
  try {
    for (let page = 0; page < pagesMax; page += 1) {
      const query: Record<string, string | number> = { limit: limits.pageItemsMax }
      if (cursor !== null) query['cursor'] = cursor
      const answer = await ask('listNodes', { query, signal })
      nodes.push(...(answer['nodes'] as readonly NodeInfo[]))
      cursor = answer['next_cursor'] as string | null
      if (cursor === null) break
      if (nodes.length > fleet.value.nodes.length) {
        fleet.set({ nodes: [...nodes], isWhole: false, error: null })
      }
    }
    fleet.set({ nodes, isWhole: cursor === null, error: null })
  } catch (error) {
    if (!signal.aborted) fleet.set({ ...fleet.value, error })
  }
}

/** Whether the event says something of a node that a row shows. */
export function isOfFleet({ event }: LedgerEntry): boolean {
  return event.type.startsWith('node-')
}
