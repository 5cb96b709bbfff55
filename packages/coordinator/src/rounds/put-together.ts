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
  type SecureSummary,
} from '@vcp/protocol'
import type { Input, InputOf } from '../core/inputs.ts'
import { stalenessOf } from '../core/rounds/buffered.ts'
import type { RoundRecord } from '../core/rounds/round-record.ts'
import type { State } from '../core/state.ts'
import type { Training } from '../core/tasks/task-record.ts'
import { aggregationSpec, lossNames } from './aggregation-spec.ts'
import { nodeSpending } from './node-budget.ts'
import { begunAnew, type OpenedRound, type SecureRounds } from './secure-rounds.ts'
import { sizedBlob } from './sized-blob.ts'

export interface PutTogetherParts {
  readonly state: State
  readonly store: BlobStore
  readonly aggregator: Pick<Aggregator, 'aggregate'>
  readonly secure: Pick<SecureRounds, 'knows' | 'open'>
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
  const isSecure = record.round.secure !== undefined
  if (isSecure && !parts.secure.knows(roundId)) {
    return { type: 'round-lost', roundId, reason: begunAnew, isOurs: true }
  }
  const opened = isSecure ? await parts.secure.open(record) : null
  const made = await aggregate(parts, record, spec, task.training, opened)
  if (made.ok) {
    const input = await inputOf(parts.store, record, made.value, spending?.epsilon ?? null)
    return opened?.ok === true ? { ...input, secure: summaryOf(opened.value) } : input
  }
  if (made.code === 'INTERRUPTED') return null
  const reason = made.reason.slice(0, 500).toWellFormed()
  return { type: 'aggregation-failed', roundId, reason, code: null }
}

async function aggregate(
  { state, store, aggregator, secret }: PutTogetherParts,
  record: RoundRecord,
  { inputs }: FederatedLearning,
  { strategyState }: Training,
  opened: Outcome<OpenedRound> | null,
): Promise<Outcome<Aggregated>> {
  if (opened?.ok === false) return opened
  const { round, updates } = record
  const found = gather(store, {
    'the model': round.model_in,
    'the held-out set': inputs.evaluation,
    'the moments': strategyState,
  })
  const taken = peersOf(updates).map((peer) => updates.get(peer)!)
  const came = taken.map(({ delta }) => sizedBlob(store, delta, 'update'))
  const lost = came.find((each): each is Refusal => !each.ok)
  if (!found.ok) return found
  if (lost !== undefined) return lost
  const size = {
    updates: came.length,
    participants: round.participants.length,
    clipNorm: round.clip_norm ?? null,
    staleness: taken.map((update) => stalenessOf(state, record, update)),
  }
  const spec = aggregationSpec(inputs, size, opened?.value.masks ?? null)
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

function summaryOf({ roster }: OpenedRound): SecureSummary {
  return { roster: roster.digest, nodes: roster.nodes }
}

async function inputOf(
  store: BlobStore,
  { round, updates }: RoundRecord,
  made: Aggregated,
  epsilonSpent: number | null,
): Promise<InputOf<'round-aggregated'>> {
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
    clipNormNext: made.clipNormNext,
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
