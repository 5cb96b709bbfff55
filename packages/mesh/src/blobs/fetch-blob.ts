// Gets a blob from peers into a store: from all of them at once, each piece checked, from the fast
// ones more than from the slow ones, and nothing more from one that sends what is wrong.
import { type Cid, limits, type PeerId, type Refusal, VcpError } from '@vcp/protocol'
import type { Mesh } from '../mesh.ts'
import type { BlobStore, Receiving } from './blob-store.ts'
import type { Manifest } from './manifest.ts'
import { createPieceQueue, type PieceQueue } from './piece-queue.ts'
import { manifestOf, pieceOf } from './sources.ts'

/** Pieces asked of one source at the same time: one comes while the next is asked for. */
const lanesPerSource = 4
const sourcesMax = 8
/** After this long without a word of what the blob is made of, another source is asked too. */
const slowMs = 1_000

export interface FetchParts {
  readonly mesh: Pick<Mesh, 'streams' | 'peers'>
  readonly store: BlobStore
}

export interface FetchOptions {
  readonly signal?: AbortSignal
  /** Fails with `TOO_LARGE` where a blob says that it is larger. */
  readonly bytesMax?: number
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly bytes: number
  readonly bytesTotal: number
}

/** Where the bytes came from; none where the blob was here already. */
export type BytesBySource = ReadonlyMap<PeerId, number>

/**
 * Fails with `BLOB_UNAVAILABLE` where the sources together do not bring it; what they did bring is
 * gone on with the next time. Also with what a store without room fails with.
 */
export async function fetchBlob(
  parts: FetchParts,
  cid: Cid,
  sources: readonly PeerId[],
  options: FetchOptions = {},
): Promise<BytesBySource> {
  if ((await parts.store.manifest(cid)) !== null) return new Map()
  const run: Run = {
    ...parts,
    cid,
    options,
    lost: new Map(),
    came: new Map(),
    signal: options.signal ?? new AbortController().signal,
  }
  const manifest = await manifestWanted(run, sources)
  // In one piece, it can be told only of the whole that it is wrong: then it must be clear whose.
  const groups = manifest.leaves === null ? sources.map((source) => [source]) : [sources]
  for (const group of groups) {
    const usable = group.filter((source) => !run.lost.has(source)).slice(0, sourcesMax)
    if (usable.length > 0 && (await fetchFrom(run, manifest, usable))) return run.came
  }
  throw unavailable(run)
}

interface Run extends FetchParts {
  readonly cid: Cid
  readonly options: FetchOptions
  /** Sources that are not asked any more, and why. */
  readonly lost: Map<PeerId, Refusal>
  readonly came: Map<PeerId, number>
  readonly signal: AbortSignal
}

async function manifestWanted(run: Run, sources: readonly PeerId[]): Promise<Manifest> {
  const manifest = await firstManifest(run, sources)
  const bytesMax = run.options.bytesMax ?? limits.blobBytesMax
  if (manifest.bytes <= bytesMax) return manifest
  const message = `${run.cid} has ${manifest.bytes} bytes; at most ${bytesMax} are wanted`
  throw new VcpError('TOO_LARGE', { message, details: { bytes: manifest.bytes, bytesMax } })
}

/** The first that any source gives; another is asked when one has nothing, or is slow to say so. */
async function firstManifest(run: Run, sources: readonly PeerId[]): Promise<Manifest> {
  const enough = new AbortController()
  const signal = AbortSignal.any([run.signal, enough.signal])
  const asked = new Set<Promise<Manifest | null>>()

  async function ask(source: PeerId): Promise<Manifest | null> {
    try {
      const manifest = await manifestOf(run.mesh.streams, source, run.cid, signal)
      if (manifest.ok) return manifest.value
      lose(run, source, manifest)
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return null
  }

  try {
    for (const source of [...sources, null]) {
      if (source !== null) {
        const answer = ask(source).finally(() => asked.delete(answer))
        asked.add(answer)
      }
      do {
        const first = await firstOf(asked, source === null ? null : slowMs)
        run.signal.throwIfAborted()
        if (first !== null) return first
      } while (source === null && asked.size > 0)
    }
  } finally {
    enough.abort()
  }
  throw unavailable(run)
}

/** The first answer, null where that is none, or none came in so many milliseconds. */
async function firstOf<T>(answers: Iterable<Promise<T>>, ms: number | null): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const later = new Promise<null>((resolve) => {
    if (ms !== null) timer = setTimeout(resolve, ms, null)
  })
  const all = [...answers]
  if (all.length === 0) return null
  try {
    return await Promise.race([...all, later])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether the blob is in the store now. */
async function fetchFrom(
  run: Run,
  manifest: Manifest,
  sources: readonly PeerId[],
): Promise<boolean> {
  const { cid, store, options } = run
  const receiving = await store.receive(cid, manifest)
  try {
    const queue = createPieceQueue(receiving.missing)
    let bytes = manifest.bytes - receiving.missing.reduce((sum, { length }) => sum + length, 0)
    await drainAll(run, queue, receiving, sources, (count) => {
      bytes += count
      options.onProgress?.({ bytes, bytesTotal: manifest.bytes })
    })
    if (queue.left > 0) return false
    const committed = await receiving.commit()
    if (!committed.ok) for (const source of sources) lose(run, source, committed)
    return committed.ok
  } finally {
    // Nothing, once it was committed.
    await receiving.abandon()
  }
}

async function drainAll(
  run: Run,
  queue: PieceQueue,
  receiving: Receiving,
  sources: readonly PeerId[],
  onBytes: (count: number) => void,
): Promise<void> {
  // What is owed twice is not waited for twice.
  const enough = new AbortController()
  const signal = AbortSignal.any([run.signal, enough.signal])
  signal.addEventListener('abort', () => queue.wake())
  async function lane(source: PeerId): Promise<void> {
    try {
      await drain(run, { queue, receiving, source, signal, onBytes })
    } catch (error) {
      // One lane that cannot go on, because the disk is full, ends all.
      if (!signal.aborted) enough.abort(error)
      throw error
    }
    if (queue.left === 0) enough.abort()
  }

  // The first lane of every source before the second of any.
  const lanes = Array.from({ length: lanesPerSource }, () => sources.map(lane)).flat()
  const ended = await Promise.allSettled(lanes)
  run.signal.throwIfAborted()
  if (queue.left === 0) return
  const failed = ended.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

interface Lane {
  readonly queue: PieceQueue
  readonly receiving: Receiving
  readonly source: PeerId
  readonly signal: AbortSignal
  readonly onBytes: (count: number) => void
}

/** Takes pieces for one source until nothing is left, or the source is lost. */
async function drain(run: Run, { queue, receiving, source, signal, onBytes }: Lane): Promise<void> {
  while (queue.left > 0 && !run.lost.has(source) && !signal.aborted) {
    const piece = queue.take(source)
    if (piece === null) {
      await queue.changed()
      continue
    }
    const { mesh, cid, came } = run
    const bytes = await pieceOf(mesh.streams, source, cid, piece, signal)
    const written = bytes.ok ? await receiving.write(piece.offset, bytes.value) : bytes
    if (!written.ok) {
      lose(run, source, written)
      queue.failed(piece, source)
    } else if (queue.done(piece)) {
      came.set(source, (came.get(source) ?? 0) + piece.length)
      onBytes(piece.length)
    }
  }
}

function lose(run: Run, source: PeerId, why: Refusal): void {
  if (run.lost.has(source)) return
  run.lost.set(source, why)
  if (why.code === 'BLOB_CORRUPT') run.mesh.peers.blame(source, 'corruption')
}

function unavailable({ cid, lost }: Run): VcpError {
  const reasons = Object.fromEntries(
    [...lost].map(([peer, { code, reason }]) => [peer, `${code}: ${reason}`]),
  )
  const message = `none of ${lost.size} sources brought the whole of ${cid}`
  return new VcpError('BLOB_UNAVAILABLE', { message, details: { cid, reasons } })
}
