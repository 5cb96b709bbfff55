// The bytes of blobs for those who run: from memory, from the store, or from whoever has them. The
// same blob is the same array each time while it is kept, so that the sandbox knows it again.
import type { BlobStore } from '@vcp/mesh'
import { type Cid, VcpError } from '@vcp/protocol'
import type { BlobNeed } from '../../engines/engine.ts'

/** Brings blobs into the store of this node. */
export interface BlobSource {
  /** Fails with `BLOB_UNAVAILABLE`, `TOO_LARGE`, or with what a store without room fails with. */
  fetch(cid: Cid, options: FetchOptions): Promise<unknown>
}

export interface FetchOptions {
  readonly bytesMax: number
  readonly signal: AbortSignal
  onProgress(progress: Fetched): void
}

export interface Fetched {
  readonly bytes: number
  readonly bytesTotal: number
}

export interface BlobWait {
  readonly signal: AbortSignal
  onProgress(progress: Fetched): void
}

export interface BlobBytes {
  /** Rejects with the reason of the signal when that aborts; others may wait on. */
  get(need: BlobNeed, wait: BlobWait): Promise<Uint8Array>
}

export interface BlobBytesParts {
  readonly store: Pick<BlobStore, 'manifest' | 'read' | 'remove'>
  readonly source: BlobSource
  /** Of memory, for what was used last. */
  readonly bytesMax: number
}

export function createBlobBytes({ store, source, bytesMax }: BlobBytesParts): BlobBytes {
  const memory = createMemory(bytesMax)
  const loads = new Map<Cid, Load>()

  async function load({ cid, bytesMax: most }: BlobNeed, fetch: FetchOptions): Promise<Uint8Array> {
    if ((await store.manifest(cid)) === null) await source.fetch(cid, fetch)
    const manifest = await store.manifest(cid)
    if (manifest !== null && manifest.bytes > most) {
      const message = `${cid} has ${manifest.bytes} bytes; at most ${most} are taken here`
      throw new VcpError('TOO_LARGE', { message })
    }
    return readWhole(store, cid)
  }

  function begin(need: BlobNeed): Load {
    const stop = new AbortController()
    const waiting = new Set<BlobWait>()
    const onProgress = (progress: Fetched) => {
      for (const wait of waiting) wait.onProgress(progress)
    }
    const done = load(need, { bytesMax: need.bytesMax, signal: stop.signal, onProgress })
    const begun: Load = { done, stop, waiting }
    loads.set(need.cid, begun)
    const over = () => loads.delete(need.cid)
    done.then((bytes) => {
      over()
      memory.add(need.cid, bytes)
    }, over)
    return begun
  }

  return {
    async get(need, wait) {
      for (;;) {
        wait.signal.throwIfAborted()
        const known = memory.use(need.cid)
        if (known !== null) return known
        const joined = loads.get(need.cid) ?? begin(need)
        if (!joined.stop.signal.aborted) return await waitFor(joined, wait)
        // It ends because nobody waited any more; the store takes one of a blob at a time.
        await joined.done.then(nothing, nothing)
      }
    },
  }
}

/** A blob on its way, for everybody who needs it now. */
interface Load {
  readonly done: Promise<Uint8Array>
  readonly stop: AbortController
  readonly waiting: Set<BlobWait>
}

async function waitFor({ done, stop, waiting }: Load, wait: BlobWait): Promise<Uint8Array> {
  const { signal } = wait
  const left = Promise.withResolvers<never>()
  const leave = () => left.reject(signal.reason)
  waiting.add(wait)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([done, left.promise])
  } finally {
    signal.removeEventListener('abort', leave)
    waiting.delete(wait)
    if (waiting.size === 0 && signal.aborted) stop.abort(signal.reason)
  }
}

async function readWhole(store: BlobBytesParts['store'], cid: Cid): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of store.read(cid, { isChecked: true })) chunks.push(chunk)
  } catch (error) {
    // What the disk spoilt is fetched anew the next time.
    if (error instanceof VcpError && error.code === 'BLOB_CORRUPT') await store.remove(cid)
    throw error
  }
  return Buffer.concat(chunks)
}

function nothing(): void {}

interface Memory {
  use(cid: Cid): Uint8Array | null
  add(cid: Cid, bytes: Uint8Array): void
}

/** What was not used for longest goes first. */
function createMemory(bytesMax: number): Memory {
  const held = new Map<Cid, Uint8Array>()
  let total = 0

  function take(cid: Cid): Uint8Array | null {
    const bytes = held.get(cid) ?? null
    if (bytes !== null) total -= bytes.length
    held.delete(cid)
    return bytes
  }

  function add(cid: Cid, bytes: Uint8Array): void {
    take(cid)
    if (bytes.length > bytesMax) return
    held.set(cid, bytes)
    total += bytes.length
    for (const oldest of held.keys()) {
      if (total <= bytesMax) break
      take(oldest)
    }
  }

  return {
    add,
    use(cid) {
      const bytes = take(cid)
      if (bytes !== null) add(cid, bytes)
      return bytes
    },
  }
}
