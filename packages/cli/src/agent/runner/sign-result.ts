// What a node says of a run that came to its end: the receipt, and where others run the task too,
// the commitment to it.
import {
  commitmentOf,
  type Envelope,
  isAskedOnce,
  type MessageType,
  Nonce,
  type Offer,
  type PayloadOf,
  type Signer,
  signMessage,
  taskDigest,
} from '@vcp/protocol'
import type { ReceiptPart } from '../../engines/engine.ts'

export interface SigningParts {
  readonly signer: Signer
  readonly nowMs: () => number
  readonly randomBytes: (count: number) => Uint8Array
}

export function signResult(
  parts: SigningParts,
  { task_id, lease_epoch, task }: Offer,
  ran: { readonly part: ReceiptPart; readonly startedAtMs: number; readonly endedAtMs: number },
): { readonly receipt: Envelope<'receipt'>; readonly commitment: Envelope<'commitment'> | null } {
  const receipt = {
    task_id,
    task_type: task.task_type,
    task_digest: taskDigest(task),
    lease_epoch,
    ...ran.part,
    started_at_ms: ran.startedAtMs,
    // A clock that was set back meanwhile makes no run that ended before it began.
    ended_at_ms: Math.max(ran.startedAtMs, ran.endedAtMs),
  }
  return {
    receipt: signed(parts, 'receipt', receipt),
    commitment: isAskedOnce(task)
      ? null
      : signed(parts, 'commitment', commitmentOf(parts.signer.peerId, receipt)),
  }
}

/** Under a nonce of its own. */
export function signed<Type extends MessageType>(
  { signer, nowMs, randomBytes }: SigningParts,
  type: Type,
  payload: PayloadOf<Type>,
): Envelope<Type> {
  const nonce = Nonce.parse(Buffer.from(randomBytes(16)).toString('hex'))
  return signMessage(type, payload, signer, { nonce, atMs: nowMs() })
}
