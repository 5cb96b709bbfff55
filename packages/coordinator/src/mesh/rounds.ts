// Tells everybody that a round of training is open, or over.
import type { Gossip } from '@vcp/mesh'
import {
  type Nonce,
  type Round,
  type RoundId,
  type RoundNotice,
  roundsTopic,
  type Signer,
  signMessage,
} from '@vcp/protocol'
import type { State } from '../core/state.ts'

export interface RoundParts {
  readonly state: State
  readonly gossip: Pick<Gossip, 'publish'>
  readonly signer: Signer
  nowMs(): number
  randomBytes(count: number): Uint8Array
}

export async function announceRound(
  { state, gossip, signer, nowMs, randomBytes }: RoundParts,
  roundId: RoundId,
): Promise<void> {
  const round = state.rounds.get(roundId)?.round
  const notice = round === undefined ? null : noticeOf(round)
  if (notice === null) return
  const nonce = Buffer.from(randomBytes(16)).toString('hex') as Nonce
  await gossip.publish(
    roundsTopic,
    signMessage('round-notice', notice, signer, { nonce, atMs: nowMs() }),
  )
}

/** Null while a round is neither open nor over. */
function noticeOf(round: Round): RoundNotice | null {
  const { round_id, task_id, number, model_in, model_out, closes_at_ms, state } = round
  if (state === 'aggregating') return null
  if (state === 'open') {
    return { notice: 'opened', round_id, task_id, number, model: model_in, closes_at_ms }
  }
  return { notice: 'closed', round_id, task_id, state, model: model_out }
}
