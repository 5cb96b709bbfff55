// The state as the journal has it: from the newest snapshot on, entry by entry.
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
import { State } from '../core/state.ts'
import type { Journal } from '../journal/journal.ts'
import { nativeDigest } from '../native-sha256.ts'
import { storedState } from './stored-state.ts'

export interface Recovered {
  readonly state: State
  /** The digest of the newest entry; null for an empty journal. */
  readonly previous: Digest | null
  /** Entries that were read, after the snapshot. */
  readonly replayed: number
  /** Why a snapshot that is there was not used; null where it was, or where there is none. */
  readonly passedOver: string | null
}

/** Called now and then with the entries read so far and those there are. */
export type Progress = (read: number, of: number) => void

export async function recover(
  journal: Journal,
  settings: Settings,
  progress: Progress = () => {},
): Promise<Recovered> {
  const { stated, passedOver } = await storedState(journal, settings)
  const state = stated?.state ?? new State(settings)
  let previous = stated?.previous ?? null
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
