// The newest signed head of the log that the node works for. A log only grows: one that is seen to
// shrink, or to have two histories, is told at once and loudly, and remembered as it was.
import type { Roster } from '@vcp/mesh'
import {
  type GossipedCheckpoint,
  type KnownLog,
  noteVerifier,
  readVerifierKey,
} from '@vcp/protocol'
import type { Log } from '../log/log.ts'

export interface Heads {
  /** As gossip judges by; changes with the log that is followed. */
  readonly log: Roster['log']
  /** Follows the log of this key from now on; false where the text is no key. */
  follow(logKey: string): boolean
  saw(head: GossipedCheckpoint): void
  /** Entries of the newest head; null before the first. */
  readonly size: number | null
}

/** One may have been long on its way; a log that is smaller now says so again and again. */
const smallerInARow = 3

export function createHeads(log: Log): Heads {
  const newest = new Map<string, GossipedCheckpoint>()
  let known: KnownLog = nobody
  let smaller = 0

  return {
    get log() {
      // Smaller ones are looked at too: they are what an alarm is made of.
      return { ...known, size: -1 }
    },
    get size() {
      return newest.get(known.origin)?.checkpoint.treeSize ?? null
    },
    follow(logKey) {
      const verifier = readVerifierKey(logKey)
      if (!verifier.ok) return false
      known = { origin: verifier.value.name, verifier: verifier.value }
      smaller = 0
      return true
    },
    saw(head) {
      const { origin, treeSize, rootHash } = head.checkpoint
      const before = newest.get(origin)
      if (before === undefined || treeSize > before.checkpoint.treeSize) {
        newest.set(origin, head)
        smaller = 0
        return
      }
      const kept = { size: before.checkpoint.treeSize, kept: before.note, now: head.note }
      if (treeSize === before.checkpoint.treeSize) {
        smaller = 0
        if (rootHash === before.checkpoint.rootHash) return
        log({
          level: 'error',
          message: 'the log of the coordinator has two histories',
          fields: kept,
        })
        return
      }
      smaller += 1
      if (smaller !== smallerInARow) return
      log({ level: 'error', message: 'the log of the coordinator has shrunk', fields: kept })
    },
  }
}

/** A log that nobody can sign for: the key is no point of large order. */
const nobody: KnownLog = { origin: 'none', verifier: noteVerifier('none', new Uint8Array(32)) }
