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

export interface Recovered {
  readonly state: State
  /** The digest of the newest entry; null for an empty journal. */
  readonly previous: Digest | null
  /** Entries that were read, after the snapshot. */
  readonly replayed: number
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
  const begun = (await fromSnapshot(journal, settings)) ?? {
    state: new State(settings),
    previous: null,
  }
  const { state } = begun
  let { previous } = begun
  const from = state.nextIndex
  if (from < journal.first) {
    throw new VcpError('JOURNAL_CORRUPT', {
      message: `the journal begins at ${journal.first}, and no snapshot reaches that far`,
      details: { index: journal.first },
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
  return { state, previous, replayed: state.nextIndex - from }
}

/** Keeps the state, so that the next start need not read what it already holds. */
export async function saveState(
  journal: Journal,
  state: State,
  previous: Digest | null,
): Promise<void> {
  const bytes = serialize({ previous, snapshot: snapshotOf(state) } satisfies Stored)
  await journal.saveSnapshot('state', { size: state.nextIndex, bytes })
}

async function fromSnapshot(journal: Journal, settings: Settings) {
  const kept = await journal.newestSnapshot('state')
  if (kept === null) return null
  const { previous, snapshot } = deserialize(kept.bytes) as Stored
  const state = stateFrom(snapshot, settings)
  return state === null ? null : { state, previous }
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
