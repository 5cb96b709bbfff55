// A closed round, put together: from what the state and the blobs have of it to what the core is
// told. Made again after a crash it comes to the same, noise included.
import { createHmac } from 'node:crypto'
import type { Aggregated, Aggregator, SizedBytes } from '@vcp/learning'
import type { BlobStore } from '@vcp/mesh'
import {
  type Cid,
  type FederatedLearning,
  type Outcome,
  type PeerId,
  pass,
  type Refusal,
  type RoundId,
} from '@vcp/protocol'
import type { Input } from '../core/inputs.ts'
import type { RoundRecord } from '../core/rounds/round-record.ts'
import type { State } from '../core/state.ts'
import type { Training } from '../core/tasks/task-record.ts'
import { aggregationSpec, lossNames } from './aggregation-spec.ts'
import { nodeSpending } from './node-budget.ts'
import { sizedBlob } from './sized-blob.ts'

export interface PutTogetherParts {
  readonly state: State
  readonly store: BlobStore
  readonly aggregator: Pick<Aggregator, 'aggregate'>
  /** Of this coordinator alone: whoever knows it can take the noise of its rounds off again. */
  readonly secret: Uint8Array
}

/** What to tell the core; null where it was interrupted, and whoever starts next does it. */
export async function putTogether(
  parts: PutTogetherParts,
  record: RoundRecord,
): Promise<Input | null> {
  const { round_id: roundId, task_id: taskId } = record.round
  const task = parts.state.tasks.get(taskId)
  const spec = task?.spec
  if (spec?.task_type !== 'federated_learning' || task?.training == null) {
    return { type: 'aggregation-failed', roundId, reason: 'its task has ended', code: null }
  }
  const spending = nodeSpending(spec.inputs, task.training.releases)
  if (spending !== null && !spending.isWithin) {
    const reason = `one more sum would cost epsilon ${spending.epsilon.toPrecision(4)} in all`
    return { type: 'aggregation-failed', roundId, reason, code: 'budget_spent' }
  }
  const made = await aggregate(parts, record, spec, task.training)
  if (made.ok) return inputOf(parts.store, record, made.value, spending?.epsilon ?? null)
  if (made.code === 'INTERRUPTED') return null
  const reason = made.reason.slice(0, 500).toWellFormed()
  return { type: 'aggregation-failed', roundId, reason, code: null }
}

async function aggregate(
  { store, aggregator, secret }: PutTogetherParts,
  { round, updates }: RoundRecord,
  { inputs }: FederatedLearning,
  { strategyState }: Training,
): Promise<Outcome<Aggregated>> {
  const found = gather(store, {
    'the model': round.model_in,
    'the held-out set': inputs.evaluation,
    'the moments': strategyState,
  })
  const came = peersOf(updates).map((peer) => sizedBlob(store, updates.get(peer)!.delta, 'update'))
  const lost = came.find((each): each is Refusal => !each.ok)
  if (!found.ok) return found
  if (lost !== undefined) return lost
  const size = { updates: came.length, participants: round.participants.length }
  const spec = aggregationSpec(inputs, size)
  const seed = spec.rule.kind === 'noisy-mean' ? seedOf(secret, round.round_id) : null
  const [model, heldOut, moments] = found.value
  return aggregator.aggregate(
    { loss: lossNames[inputs.loss], spec, seed },
    {
      model: model!,
      heldOut: heldOut ?? null,
      moments: moments ?? null,
      updates: came.flatMap((each) => (each.ok ? [each.value] : [])),
    },
  )
}

function gather(
  store: BlobStore,
  named: Readonly<Record<string, Cid | null>>,
): Outcome<readonly (SizedBytes | null)[]> {
  const found: (SizedBytes | null)[] = []
  for (const [what, cid] of Object.entries(named)) {
    const blob = cid === null ? pass(null) : sizedBlob(store, cid, what)
    if (!blob.ok) return blob
    found.push(blob.value)
  }
  return pass(found)
}

/** The same at each try: a round repeated after a crash releases nothing new. */
function seedOf(secret: Uint8Array, roundId: RoundId): Uint8Array {
  return createHmac('sha256', secret).update(`vcp round noise ${roundId}`).digest()
}

/** In an order that does not depend on who was first. */
function peersOf(updates: RoundRecord['updates']): readonly PeerId[] {
  return [...updates.keys()].sort()
}

async function inputOf(
  store: BlobStore,
  { round, updates }: RoundRecord,
  made: Aggregated,
  epsilonSpent: number | null,
): Promise<Input> {
  const keep = (bytes: Uint8Array) => store.put([bytes], { shape: 'whole' })
  const peers = peersOf(updates)
  return {
    type: 'round-aggregated',
    roundId: round.round_id,
    model: await keep(made.model),
    strategyState: made.moments === null ? null : await keep(made.moments),
    loss: finite(made.loss),
    accuracy: made.accuracy,
    epsilonSpent,
    contributions: made.updates.map(({ leftOut, loss, accuracy, cosine, normRatio }, at) => ({
      peer_id: peers[at]!,
      left_out: leftOut,
      loss: finite(loss),
      accuracy,
      cosine,
      norm_ratio: normRatio,
    })),
  }
}

/** A loss may be as bad as can be; the log has no word for infinity. */
function finite(value: number | null): number | null {
  return value === null || Number.isFinite(value) ? value : null
}
