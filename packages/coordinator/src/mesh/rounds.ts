// Tells everybody that a round of training is open.
import type { Gossip } from '@vcp/mesh'
import {
  type Nonce,
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
  if (round?.state !== 'open') return
  const { round_id, task_id, number, model_in: model, closes_at_ms } = round
  const notice: RoundNotice = { notice: 'opened', round_id, task_id, number, model, closes_at_ms }
  const nonce = Buffer.from(randomBytes(16)).toString('hex') as Nonce
  await gossip.publish(
    roundsTopic,
    signMessage('round-notice', notice, signer, { nonce, atMs: nowMs() }),
  )
}
