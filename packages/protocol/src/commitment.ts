// Commit, then reveal. A node first shows two digests. The result hash is equal for equal results,
// so agreement can be counted; the seal is bound to the node, so a copied hash cannot be revealed.
import * as z from 'zod'
import { digestOf } from './digest.ts'
import { Digest, type PeerId, TaskId } from './ids.ts'
import { Count } from './quantities.ts'
import type { Receipt } from './receipt.ts'

export const Commitment = z.strictObject({
  task_id: TaskId,
  lease_epoch: Count,
  result_hash: Digest,
  result_seal: Digest,
})
export type Commitment = z.infer<typeof Commitment>

type Hash = (bytes: Uint8Array) => Digest

/**
 * What two honest runs of one task have in common, and nothing that differs between them. `hash`,
 * here and below, is for whoever has a faster SHA-256 than ours, which runs anywhere.
 */
export function resultDigest(receipt: Receipt, hash?: Hash): Digest {
  const { task_digest, module, instrumented, input, output, ending, gas, trace_root } = receipt
  const { engine } = receipt
  const shared = { task_digest, module, instrumented, input, output, ending, gas, trace_root }
  return digestOf('vcp/result/1', { ...shared, engine }, hash)
}

export function commitmentOf(peerId: PeerId, receipt: Receipt, hash?: Hash): Commitment {
  const { task_id, lease_epoch } = receipt
  const digest = resultDigest(receipt, hash)
  return {
    task_id,
    lease_epoch,
    result_hash: digestOf('vcp/result-hash/1', { task_id, digest }, hash),
    result_seal: digestOf('vcp/result-seal/1', { peer_id: peerId, task_id, digest }, hash),
  }
}

/** Whether a revealed receipt is the one its node committed to. */
export function reveals(
  peerId: PeerId,
  receipt: Receipt,
  commitment: Commitment,
  hash?: Hash,
): boolean {
  const expected = commitmentOf(peerId, receipt, hash)
  return (
    expected.task_id === commitment.task_id &&
    expected.lease_epoch === commitment.lease_epoch &&
    expected.result_hash === commitment.result_hash &&
    expected.result_seal === commitment.result_seal
  )
}
