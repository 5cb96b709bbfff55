// What a proof is for. It is a public signal of every circuit of ours, so that a proof made for
// one task, node and pair of input and output is no proof for another.
import type { Digest, Nonce, PeerId, TaskId } from '@vcp/protocol'
import { poseidon } from '../poseidon/poseidon.ts'
import { digestLimbs, domainTag, nameLimbs, nonceElement } from './field-encoding.ts'

export interface ProofContext {
  readonly taskId: TaskId
  /** The node that proves, by its key: a name could be given twice. */
  readonly nodeId: PeerId
  /** Of the receipt, so that the proof and the receipt speak of the same bytes. */
  readonly input: Digest
  readonly output: Digest
  /** Chosen by who will verify, so that a proof could not be made beforehand. */
  readonly nonce: Nonce
}

const tag = domainTag('context')

export function contextElement(context: ProofContext): bigint {
  return poseidon([
    tag,
    ...nameLimbs('vcp/proof-task/1', context.taskId),
    ...nameLimbs('vcp/proof-node/1', context.nodeId),
    ...digestLimbs(context.input),
    ...digestLimbs(context.output),
    nonceElement(context.nonce),
  ])
}
