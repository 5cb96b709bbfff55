// A training, as far as this node goes: is it fit for it, and what does it contribute to a round.
// An update is durable, and paid for, before anybody is told of it.
import {
  cidOfDigest,
  type ErrorCode,
  type Offer,
  type RoundOrder,
  sha256,
  VcpError,
} from '@vcp/protocol'
import type { BlobNeed } from '../../engines/engine.ts'
import type {
  RoundResult,
  Trainer,
  TrainingFault,
  TrainingTask,
  TrainingWork,
  UpdateShelf,
} from '../../engines/trainer.ts'
import type { RoundEnd, RunEnd } from '../core/inputs.ts'
import type { Progress } from './progress.ts'
import type { Hidden } from './run-secure-round.ts'
import { holderOf, type RunParts, type RunWatch } from './run-task.ts'
import { secureShelf } from './secure-shelf.ts'
import { signed } from './sign-result.ts'

type Failed = Extract<RunEnd, { kind: 'failed' }>

/** Null where the training can be made here. */
export async function prepareTraining(
  parts: RunParts,
  offer: Offer,
  watch: RunWatch,
): Promise<Failed | null> {
  try {
    const { trainer, task } = trainingOf(parts, offer)
    const model = await fetched(parts, trainer.model(task), watch)
    const { signal } = watch
    return await trainer.prepare({ ...whoseOf(offer), task, model, signal })
  } catch (error) {
    watch.signal.throwIfAborted()
    return failureOf(error)
  }
}

export interface TrainedRound {
  readonly end: RoundEnd
  /** Of a secure round: what is left to do for it once its end was told; null for nothing. */
  readonly open: Hidden['open'] | null
}

export async function trainRound(
  parts: RunParts,
  offer: Offer,
  order: RoundOrder,
  watch: RunWatch,
): Promise<TrainedRound> {
  try {
    const { trainer, task } = trainingOf(parts, offer)
    const need = { ...trainer.model(task), cid: order.model }
    const isSecure = task.inputs.secure_aggregation
    const hiding = isSecure ? secureShelf(parts, offer.task_id) : null
    const result = await trainer.contribute({
      ...whoseOf(offer),
      task,
      order,
      model: await fetched(parts, need, watch),
      signal: watch.signal,
      shelf: hiding ?? shelfOf(parts, offer),
      onProgress: (percent) => watch.note(progressOf(task, order.number - 1 + percent / 100)),
    })
    if (result.kind === 'failed') return { end: result, open: null }
    if (hiding === null) return { end: contributed(parts, offer, order, result), open: null }
    // Loaded with the first of them: a node without such tasks needs nothing of it.
    const { hideUpdate } = await import('./run-secure-round.ts')
    const { signal } = watch
    const secure = { ...parts, shelf: hiding, offer, task, order, signal }
    const hidden = await hideUpdate(secure, result.digest)
    if (!hidden.ok) return missed(`${hidden.code}: ${hidden.reason}`)
    const { words: digest, open } = hidden.value
    return { end: contributed(parts, offer, order, { ...result, digest }), open }
  } catch (error) {
    watch.signal.throwIfAborted()
    if (error instanceof VcpError && passing.has(error.code)) {
      return missed(`${error.code}: ${error.message}`)
    }
    return { end: failureOf(error), open: null }
  }
}

/** Of the whole training: a round is over sooner than anybody would look. */
export function progressOf({ inputs }: TrainingTask, roundsDone: number): Progress {
  return { phase: 'running', percent: (100 * roundsDone) / inputs.rounds, gas: null }
}

/** The next round may go better. */
function missed(reason: string): TrainedRound {
  return { end: { kind: 'missed', reason }, open: null }
}

/** Another time it may be there. */
const passing = new Set<ErrorCode>(['BLOB_UNAVAILABLE', 'PEER_UNREACHABLE', 'PEER_TIMEOUT'])

function contributed(
  parts: RunParts,
  { task_id, lease_epoch }: Offer,
  { round_id, model }: RoundOrder,
  { digest, examples, privacy }: Exclude<RoundResult, TrainingFault>,
): RoundEnd {
  const update = signed(parts, 'update', {
    round_id,
    task_id,
    lease_epoch,
    base_model: model,
    delta: cidOfDigest(digest),
    delta_digest: digest,
    examples,
    privacy,
    trained_at_ms: parts.nowMs(),
  })
  return { kind: 'contributed', update }
}

function whoseOf({ task_id, requester }: Offer): Pick<TrainingWork, 'taskId' | 'requester'> {
  return { taskId: task_id, requester: requester ?? null }
}

function trainingOf(
  { engines: { trainer } }: RunParts,
  { task }: Offer,
): { readonly trainer: Trainer; readonly task: TrainingTask } {
  if (trainer === null || task.task_type !== 'federated_learning') {
    throw new VcpError('NOT_FOUND', { message: `nothing here trains ${task.task_type}` })
  }
  return { trainer, task }
}

function fetched({ blobs }: RunParts, need: BlobNeed, { signal, note }: RunWatch) {
  return blobs.get(need, {
    signal,
    onProgress: ({ bytes, bytesTotal }) => {
      const percent = bytesTotal === 0 ? null : (100 * bytes) / bytesTotal
      note({ phase: 'fetching', percent, gas: null })
    },
  })
}

/** In the blob store, pinned: the coordinator fetches an update from there. */
function shelfOf({ store, kept }: RunParts, { task_id: taskId }: Offer): UpdateShelf {
  return {
    has: async (digest) => (await store.manifest(cidOfDigest(digest))) !== null,
    async put(update) {
      const digest = sha256(update)
      const cid = cidOfDigest(digest)
      for (const before of kept.holds(taskId)) await store.unpin(before, holderOf(taskId))
      kept.release(taskId)
      await kept.hold(taskId, cid)
      await store.put([update], { shape: 'whole' })
      await store.pin(cid, holderOf(taskId))
      return digest
    },
  }
}

function failureOf(error: unknown): Failed {
  if (!(error instanceof VcpError)) {
    return { kind: 'failed', reason: 'INTERNAL', isOurs: true, detail: `INTERNAL: ${error}` }
  }
  const isOurs = !passing.has(error.code) && error.code !== 'TOO_LARGE'
  return { kind: 'failed', reason: `${error.code}: ${error.message}`, isOurs }
}
