// The state in the journal's snapshots: a head, and parts that are small enough to be written
// between two appends. Two generations take turns: the head names the one that is whole, and what
// is written meanwhile is nothing until a head names it.
import { deserialize, serialize } from 'node:v8'
import { type Digest, VcpError } from '@vcp/protocol'
import type { Settings } from '../core/settings.ts'
import { type Snapshot, snapshotOf, snapshotVersion, stateFrom } from '../core/snapshot.ts'
import type { State } from '../core/state.ts'
import type { Generation, Journal } from '../journal/journal.ts'

/** A state and the digest of the newest entry in it; null where it holds none. */
export interface Stated {
  readonly state: State
  readonly previous: Digest | null
}

interface Head {
  readonly version: number
  readonly generation: Generation
  readonly parts: number
}

/** The first part has what is left of a snapshot without its nodes and tasks. */
interface FirstPart {
  readonly previous: Digest | null
  readonly snapshot: Snapshot
}

type LaterPart = Pick<Snapshot, 'nodes' | 'tasks'>

/** Some megabytes a part, some 20 ms to make one. */
const recordsAPart = 1_000

/**
 * Keeps the state, which must not change meanwhile, in place of the one kept before. A crash on the
 * way leaves that one.
 */
export async function storeState(
  journal: Journal,
  { state, previous }: Stated,
): Promise<{ readonly size: number; readonly bytes: number }> {
  const size = state.nextIndex
  const generation = (await headOf(journal))?.generation === 'a' ? 'b' : 'a'
  let parts = 0
  let bytes = 0
  for (const part of partsOf(snapshotOf(state), previous)) {
    await journal.saveSnapshot(`state-${generation}-${parts}`, { size, bytes: part })
    parts += 1
    bytes += part.length
  }
  const head: Head = { version: snapshotVersion, generation, parts }
  await journal.saveSnapshot('state', { size, bytes: serialize(head) })
  return { size, bytes }
}

export type Found =
  | { readonly stated: Stated; readonly passedOver: null }
  /** There is none that can be used, and why; null where there is none at all. */
  | { readonly stated: null; readonly passedOver: string | null }

/** The state that was kept last, if it can be used. */
export async function storedState(journal: Journal, settings: Settings): Promise<Found> {
  try {
    const kept = await journal.newestSnapshot('state')
    if (kept === null) return { stated: null, passedOver: null }
    const head = deserialize(kept.bytes) as Head
    if (head.version !== snapshotVersion) return passOver('it is of another version')
    const { previous, snapshot } = await readParts(journal, head, kept.size)
    const state = stateFrom(snapshot, settings)
    if (state?.nextIndex !== kept.size || kept.size > journal.size) {
      return passOver('it is not of this journal')
    }
    return { stated: { state, previous }, passedOver: null }
  } catch (error) {
    // Storage that fails is a failure; a snapshot that cannot be read is only one that is missing.
    if (error instanceof VcpError && error.code !== 'JOURNAL_CORRUPT') throw error
    return passOver((error as Error).message)
  }
}

function passOver(reason: string): Found {
  return { stated: null, passedOver: reason }
}

async function headOf(journal: Journal): Promise<Head | null> {
  try {
    const kept = await journal.newestSnapshot('state')
    return kept === null ? null : (deserialize(kept.bytes) as Head)
  } catch (error) {
    // What cannot be read is not to be saved: its parts may be written over.
    if (error instanceof VcpError && error.code !== 'JOURNAL_CORRUPT') throw error
    return null
  }
}

function* partsOf(snapshot: Snapshot, previous: Digest | null): Generator<Uint8Array> {
  const { nodes, tasks } = snapshot
  const first: FirstPart = { previous, snapshot: { ...snapshot, nodes: [], tasks: [] } }
  yield serialize(first)
  for (const some of inParts(nodes)) yield serialize({ nodes: some, tasks: [] } satisfies LaterPart)
  for (const some of inParts(tasks)) yield serialize({ nodes: [], tasks: some } satisfies LaterPart)
}

function* inParts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += recordsAPart) yield all.slice(at, at + recordsAPart)
}

async function readParts(
  journal: Journal,
  { generation, parts }: Head,
  size: number,
): Promise<FirstPart> {
  const read = async (part: number) => {
    const found = await journal.newestSnapshot(`state-${generation}-${part}`)
    if (found?.size !== size) {
      throw new VcpError('JOURNAL_CORRUPT', { message: `part ${part} of it is missing` })
    }
    return deserialize(found.bytes)
  }
  const { previous, snapshot } = (await read(0)) as FirstPart
  const nodes = [...snapshot.nodes]
  const tasks = [...snapshot.tasks]
  for (let part = 1; part < parts; part++) {
    const more = (await read(part)) as LaterPart
    nodes.push(...more.nodes)
    tasks.push(...more.tasks)
  }
  return { previous, snapshot: { ...snapshot, nodes, tasks } }
}
