// The state as the journal has it: from the newest snapshot on, entry by entry.
import { deserialize, serialize } from 'node:v8'
import {
  type Digest,
  decodeCanonical,
  entryDigest,
  type LedgerEntry,
  VcpError,
} from '@vcp/protocol'
import { apply } from '../core/apply.ts'
import { assertAllHolds } from '../core/invariants.ts'
import type { Settings } from '../core/settings.ts'
import { type Snapshot, snapshotOf, stateFrom } from '../core/snapshot.ts'
import { State } from '../core/state.ts'
import type { Journal } from '../journal/journal.ts'
import { nativeDigest } from '../native-sha256.ts'
import type { Loop } from './loop.ts'

export interface Recovered {
  readonly state: State
  /** The digest of the newest entry; null for an empty journal. */
  readonly previous: Digest | null
  /** Entries that were read, after the snapshot. */
  readonly replayed: number
  /** Why a snapshot that is there was not used; null where it was, or where there is none. */
  readonly passedOver: string | null
}

interface Stored {
  readonly previous: Digest | null
  readonly snapshot: Snapshot
}

/** Called now and then with the entries read so far and those there are. */
export type Progress = (read: number, of: number) => void

export async function recover(
  journal: Journal,
  settings: Settings,
  progress: Progress = () => {},
): Promise<Recovered> {
  const begun = await fromSnapshot(journal, settings)
  const { state, passedOver } = begun
  let { previous } = begun
  const from = state.nextIndex
  if (from < journal.first) {
    throw new VcpError('JOURNAL_CORRUPT', {
      message: `the journal begins at ${journal.first}, and no snapshot reaches that far`,
      details: { index: journal.first, snapshot: passedOver },
    })
  }
  for await (const page of journal.read(from)) {
    for (const { index, bytes } of page) {
      const { at_ms, event } = entryOf(index, bytes, previous)
      apply(state, { index, atMs: at_ms, event })
      previous = entryDigest(bytes, nativeDigest)
    }
    progress(state.nextIndex - from, journal.size - from)
  }
  assertAllHolds(state)
  return { state, previous, replayed: state.nextIndex - from, passedOver }
}

/** Larger ones are not kept: a row of SQLite ends at 1 GB, and one that is too long breaks it. */
const snapshotBytesMax = 805_306_368

/**
 * Keeps the state as it is now, so that the next start need not read what it already holds. What is
 * kept is made at once; it is written only when every entry in it is durable.
 */
export async function saveState(
  journal: Journal,
  loop: Pick<Loop, 'state' | 'previous' | 'settled'>,
): Promise<{ readonly bytes: number }> {
  const { state, previous } = loop
  const bytes = serialize({ previous, snapshot: snapshotOf(state) } satisfies Stored)
  const size = state.nextIndex
  if (bytes.length > snapshotBytesMax) {
    throw new VcpError('TOO_LARGE', { message: `the state has ${bytes.length} bytes` })
  }
  await loop.settled()
  await journal.saveSnapshot('state', { size, bytes })
  return { bytes: bytes.length }
}

/** What to begin with: the newest snapshot, or nothing where there is none that can be used. */
async function fromSnapshot(journal: Journal, settings: Settings) {
  const nothing = { state: new State(settings), previous: null, passedOver: null }
  try {
    const kept = await journal.newestSnapshot('state')
    if (kept === null) return nothing
    const { previous, snapshot } = deserialize(kept.bytes) as Stored
    const state = stateFrom(snapshot, settings)
    if (state === null) return { ...nothing, passedOver: 'it is of another version' }
    if (state.nextIndex === kept.size && kept.size <= journal.size) {
      return { state, previous, passedOver: null }
    }
    return { ...nothing, passedOver: 'it is not of this journal' }
  } catch (error) {
    // Storage that fails is a failure; a snapshot that cannot be read is only one that is missing.
    if (error instanceof VcpError && error.code !== 'JOURNAL_CORRUPT') throw error
    return { ...nothing, passedOver: (error as Error).message }
  }
}

function entryOf(index: number, bytes: Uint8Array, previous: Digest | null): LedgerEntry {
  const decoded = decodeCanonical(bytes)
  // Its form was checked when it was written, and its checksum when it was read.
  const entry = decoded.ok ? (decoded.value as unknown as LedgerEntry) : null
  if (entry?.index === index && entry.previous === previous) return entry
  throw new VcpError('JOURNAL_CORRUPT', {
    message: `entry ${index} of the journal does not follow from the one before`,
    details: { index },
  })
}
