// Who did what, when, from where. Rows are written a moment later and many at a time; a request
// does not wait for them, and a flood of requests cannot fill memory or disk with them.
import type { AuditRow, AuditTable } from './store.ts'

export interface AuditTrail {
  record(row: AuditRow): void
  /** Resolves when all that was recorded is on disk. */
  flush(): Promise<void>
  /** Rows that were dropped because storage did not keep up. */
  readonly dropped: number
}

export interface AuditPolicy {
  readonly keepMs: number
  readonly rowsMax: number
  /** Rows that may wait to be written. */
  readonly waitingMax: number
  /** Rows after which old ones are looked for. */
  readonly pruneEvery: number
}

export const standardAudit: AuditPolicy = {
  keepMs: 90 * 86_400_000,
  rowsMax: 1_000_000,
  waitingMax: 10_000,
  pruneEvery: 10_000,
}

export interface AuditParts {
  readonly table: AuditTable
  readonly policy: AuditPolicy
  nowMs(): number
  /** Storage failed; the rows at hand are lost and counted as dropped. */
  onFailure(error: unknown): void
}

export function createAuditTrail({ table, policy, nowMs, onFailure }: AuditParts): AuditTrail {
  let waiting: AuditRow[] = []
  let writing: Promise<void> | null = null
  let dropped = 0
  let sincePrune = policy.pruneEvery

  async function write(): Promise<void> {
    // One turn later, so that what is recorded in this turn goes to disk together.
    await new Promise((next) => setImmediate(next))
    while (waiting.length > 0) {
      const rows = waiting
      waiting = []
      try {
        await table.append(rows)
        sincePrune += rows.length
        if (sincePrune >= policy.pruneEvery) {
          sincePrune = 0
          await table.prune(nowMs() - policy.keepMs, policy.rowsMax)
        }
      } catch (error) {
        dropped += rows.length
        onFailure(error)
      }
    }
    writing = null
  }

  return {
    record(row) {
      if (waiting.length >= policy.waitingMax) dropped += 1
      else {
        waiting.push(row)
        writing ??= write()
      }
    },
    async flush() {
      while (writing !== null) await writing
    },
    get dropped() {
      return dropped
    },
  }
}
