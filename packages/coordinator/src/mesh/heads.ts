// Signed heads of the log to whoever follows them, at most one a second, and none where nobody
// listens: each costs a write.
import type { Gossip } from '@vcp/mesh'
import { checkpointsTopic, type KnownLog, openCheckpoint, VcpError } from '@vcp/protocol'
import type { Clock } from '../journal/clock.ts'
import type { Log } from '../log/log.ts'

export interface Heads {
  /** The log has grown, or somebody has come who may not know how far. */
  wanted(): void
  stop(): void
}

const everyMs = 1_000

export function publishHeads(
  log: Pick<Log, 'checkpoint'>,
  known: KnownLog,
  gossip: Pick<Gossip, 'publish' | 'peers'>,
  clock: Pick<Clock, 'after'>,
): Heads {
  let cancel: (() => void) | null = null
  let isStopped = false

  async function publish(): Promise<void> {
    if (gossip.peers(checkpointsTopic).length === 0) return
    try {
      const note = await log.checkpoint()
      const opened = openCheckpoint(note, known)
      if (opened.ok && !isStopped)
        await gossip.publish(checkpointsTopic, { note, checkpoint: opened.value })
    } catch (error) {
      // What cannot be signed now is signed with what comes next; the loop tells why it cannot.
      if (!(error instanceof VcpError)) throw error
    }
  }

  return {
    wanted() {
      if (isStopped) return
      cancel ??= clock.after(everyMs, () => {
        cancel = null
        void publish()
      })
    },
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}
