// Outputs of results, taken in before a receipt is: what is accepted can be had from here, whatever
// becomes of its node. A small one comes with its receipt; a larger one is fetched from the node,
// as updates of trainings are.
import { type BlobStore, fetchBlob, type Mesh } from '@vcp/mesh'
import {
  type Cid,
  type Outcome,
  type PeerId,
  pass,
  type Receipt,
  refuse,
  VcpError,
} from '@vcp/protocol'
import type { Clock } from '../journal/clock.ts'
import { pause } from './pause.ts'

export interface Outputs {
  /**
   * Whether the output is here, durably. Refuses with `OVERLOADED` where it takes longer than a
   * node waits for its answer: it goes on coming, and the node sends its receipt again.
   */
  take(from: PeerId, receipt: Receipt, inline: Uint8Array | null): Promise<Outcome<null>>
  /** Whether a blob is here that the node has; refuses as above while it is coming. */
  fetch(from: PeerId, cid: Cid): Promise<Outcome<null>>
}

export interface OutputParts {
  readonly mesh: Pick<Mesh, 'streams' | 'peers'>
  readonly store: BlobStore
  readonly bytesMax: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Half of what a node waits for the answer to its report. */
const patienceMs = 5_000
/** A node that brings it more slowly stands in the way of others that have it too. */
const fetchMsMax = 120_000

export function createOutputs({ mesh, store, bytesMax, clock, signal }: OutputParts): Outputs {
  /** Two nodes that agree bring the same: once is enough, from whoever is first. */
  const coming = new Map<Cid, Promise<Outcome<null>>>()

  async function keep(cid: Cid, bytes: Uint8Array): Promise<Outcome<null>> {
    return outcomeOf(async () => {
      await store.put([bytes], { shape: 'whole', cid })
    })
  }

  async function fetch(cid: Cid, from: PeerId): Promise<Outcome<null>> {
    const late = new AbortController()
    const reason = new VcpError('BLOB_UNAVAILABLE', { message: `${cid} came too slowly` })
    const cancel = clock.after(fetchMsMax, () => late.abort(reason))
    try {
      const options = { bytesMax, signal: AbortSignal.any([signal, late.signal]) }
      return await outcomeOf(() => fetchBlob({ mesh, store }, cid, [from], options))
    } finally {
      cancel()
    }
  }

  async function inTime(work: Promise<Outcome<null>>): Promise<Outcome<null>> {
    const enough = new AbortController()
    const tired = pause(clock, patienceMs, enough.signal).then(() =>
      refuse('OVERLOADED', 'the output is still on its way'),
    )
    try {
      return await Promise.race([work, tired])
    } finally {
      enough.abort()
    }
  }

  async function bring(from: PeerId, cid: Cid, inline: Uint8Array | null): Promise<Outcome<null>> {
    const others = coming.get(cid)
    if (others !== undefined) {
      const came = await inTime(others)
      if (came.ok || came.code === 'OVERLOADED') return came
    }
    if (coming.has(cid)) return refuse('OVERLOADED', 'the output is on its way from another node')
    const work = inline === null ? fetch(cid, from) : keep(cid, inline)
    coming.set(cid, work)
    const came = await inTime(work.finally(() => coming.delete(cid)))
    if (!came.ok && came.code === 'BLOB_CORRUPT') mesh.peers.blame(from, 'corruption')
    return came
  }

  return {
    async fetch(from, cid) {
      return store.bytesOf(cid) === null ? bring(from, cid, null) : pass(null)
    },
    async take(from, { output: cid, output_bytes: said }, inline) {
      if (said > bytesMax) {
        return refuse('TOO_LARGE', `an output of ${said} bytes; at most ${bytesMax} are kept`)
      }
      if (store.bytesOf(cid) === null) {
        const came = await bring(from, cid, inline)
        if (!came.ok) return came
      }
      const bytes = store.bytesOf(cid)
      if (bytes === said) return pass(null)
      return refuse('INVALID', `the output has ${bytes} bytes, and its receipt says ${said}`)
    },
  }
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome<null>> {
  try {
    await work()
    return pass(null)
  } catch (error) {
    if (error instanceof VcpError) return refuse(error.code, error.message)
    throw error
  }
}
