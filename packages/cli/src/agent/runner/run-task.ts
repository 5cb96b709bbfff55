// One run, from the offer to its end: fetch, run, sign. A large output is in the blob store before
// anybody is told of it.
import type { BlobStore } from '@vcp/mesh'
import {
  type Cid,
  type Digest,
  type ErrorCode,
  limits,
  type Offer,
  type TaskId,
  type TaskSpec,
  type TaskType,
  VcpError,
} from '@vcp/protocol'
import type { Engine, EngineResult, Work } from '../../engines/engine.ts'
import type { Engines } from '../../engines/engines.ts'
import type { RunEnd } from '../core/inputs.ts'
import type { Kept, KeptRun } from '../kept/kept.ts'
import type { BlobBytes } from './blob-bytes.ts'
import type { Progress } from './progress.ts'
import type { RoundLine } from './run-secure-round.ts'
import { type SigningParts, signResult } from './sign-result.ts'

export interface RunParts extends SigningParts {
  readonly engines: Pick<Engines, 'ready' | 'trainer'>
  readonly blobs: BlobBytes
  readonly store: Pick<BlobStore, 'manifest' | 'read' | 'remove' | 'put' | 'pin' | 'unpin'>
  readonly kept: Pick<Kept, 'hold' | 'holds' | 'release'>
  /** Says what is to be said in a secure round. */
  readonly line: RoundLine
  /** The coordinator that speaks now: names of submitters are of one coordinator. */
  readonly coordinator: () => string
}

export interface RunWatch {
  readonly signal: AbortSignal
  note(progress: Progress): void
}

export interface EndedRun {
  readonly end: RunEnd
  /** To be kept with it; null where nothing came out. */
  readonly run: KeptRun | null
}

/** Always comes to an end, unless the signal aborts: then it rejects with its reason. */
export async function runTask(parts: RunParts, offer: Offer, watch: RunWatch): Promise<EndedRun> {
  try {
    const startedAtMs = parts.nowMs()
    const { engine, work } = await prepared(parts, offer, watch)
    const result = await engine.run(work)
    watch.signal.throwIfAborted()
    if (result.kind === 'failed') return { end: failed(result), run: null }
    watch.note({ phase: 'committing', percent: null, gas: result.part.gas })
    const ran = { part: result.part, startedAtMs, endedAtMs: parts.nowMs() }
    const signed = signResult(parts, offer, ran)
    const { traceLeaves } = result
    const output = await outputOf(parts, offer.task_id, result)
    return {
      end: { kind: 'finished', ...signed, traceLeaves },
      run: { taskId: offer.task_id, leaseEpoch: offer.lease_epoch, traceLeaves, output },
    }
  } catch (error) {
    watch.signal.throwIfAborted()
    return { end: failureOf(error), run: null }
  }
}

/** Null where this machine does not come to the checkpoint. */
export async function rerunTask(
  parts: RunParts,
  taskId: TaskId,
  task: TaskSpec,
  checkpoint: number,
  watch: RunWatch,
): Promise<Digest | null> {
  try {
    const { engine, work } = await prepared(parts, { task_id: taskId, task }, watch)
    return await engine.rerun(work, checkpoint)
  } catch (error) {
    watch.signal.throwIfAborted()
    if (error instanceof VcpError) return null
    throw error
  }
}

/** Who holds the large output of a task in the blob store. */
export function holderOf(taskId: TaskId): string {
  return `task-${taskId}`
}

/** An offer, or a task that only runs again to compare. */
type Given = Pick<Offer, 'task_id' | 'task'> & Partial<Pick<Offer, 'lease_epoch' | 'requester'>>

interface Prepared {
  readonly engine: Engine<TaskType>
  readonly work: Work<TaskType>
}

async function prepared(
  { engines, blobs, coordinator }: RunParts,
  { task_id: taskId, task, lease_epoch: leaseEpoch, requester }: Given,
  { signal, note }: RunWatch,
): Promise<Prepared> {
  const engine = engines.ready.get(task.task_type)
  if (engine === undefined) {
    throw new VcpError('NOT_FOUND', { message: `no engine here runs ${task.task_type}` })
  }
  const needs = engine.blobs(task)
  const onProgress = ({ bytes, bytesTotal }: { bytes: number; bytesTotal: number }) => {
    const percent = bytesTotal === 0 ? null : (100 * bytes) / bytesTotal
    note({ phase: 'fetching', percent, gas: null })
  }
  const fetched = await Promise.all(
    needs.map(async (need): Promise<[Cid, Uint8Array]> => {
      return [need.cid, await blobs.get(need, { signal, onProgress })]
    }),
  )
  const work: Work<TaskType> = {
    taskId,
    ...(leaseEpoch === undefined ? {} : { leaseEpoch }),
    // Of whom nobody says whose it is shares a process with no other.
    requester: `${coordinator()} ${requester ?? taskId}`,
    task,
    blobs: new Map(fetched),
    signal,
    onProgress: (gas, percent) => note({ phase: 'running', percent, gas }),
  }
  return { engine, work }
}

/** What goes with the receipt; null for an output that had to become a blob. */
async function outputOf(
  { store, kept }: RunParts,
  taskId: TaskId,
  { output, part }: Extract<EngineResult, { kind: 'finished' }>,
): Promise<Uint8Array | null> {
  if (output.length <= limits.reportOutputBytesMax) return output
  await kept.hold(taskId, part.output)
  const cid = await store.put([output], { shape: 'whole' })
  if (cid !== part.output) throw new RangeError(`the engine calls ${part.output} what is ${cid}`)
  await store.pin(cid, holderOf(taskId))
  return null
}

const reasonCharactersMax = 200

type Failed = Extract<EngineResult, { kind: 'failed' }>

function failed({ reason, ...why }: Omit<Failed, 'kind'>): RunEnd {
  return { ...why, kind: 'failed', reason: reason.slice(0, reasonCharactersMax) }
}

/** What goes wrong with data that others should have is not this machine's doing. */
const ofOthers = new Set<ErrorCode>(['BLOB_UNAVAILABLE', 'TOO_LARGE', 'PEER_UNREACHABLE'])

function failureOf(error: unknown): RunEnd {
  if (error instanceof VcpError) {
    const reason = `${error.code}: ${error.message}`
    return failed({ reason, isOurs: !ofOthers.has(error.code) })
  }
  return failed({ reason: `INTERNAL: ${error}`, isOurs: true })
}
