// What ties a proof to a task, a node and a result. The context is worked out from the receipt and
// from the proof's other signals, by whoever makes the proof and by whoever checks it.
import {
  type Digest,
  digestOf,
  Nonce,
  type PeerId,
  type TaskId,
  type TaskSpec,
  type WasmValue,
} from '@vcp/protocol'
import { contextElement } from '../encoding/proof-context.ts'

/** Whose proof it is: task, node and lease, as its receipt names them. */
export interface ProofHolder {
  readonly taskId: TaskId
  readonly nodeId: PeerId
  readonly leaseEpoch: number
}

/** What a receipt of a proof calls its input: all that the submitter said of what is proved. */
export function proofInputDigest({ inputs }: Pick<TaskSpec, 'inputs'>): Digest {
  return digestOf('vcp/proof-input/1', inputs)
}

/** What is proved, without the context: key, signals, and the values they stand for. */
export interface ProvedStatement {
  readonly key: Digest
  readonly signals: readonly bigint[]
  readonly contextAt: number
  readonly values: readonly WasmValue[] | null
}

export function proofContext(
  { taskId, nodeId, leaseEpoch }: ProofHolder,
  input: Digest,
  { key, signals, contextAt, values }: ProvedStatement,
): bigint {
  const shown = signals.map((signal, at) => (at === contextAt ? null : signal.toString()))
  const output = digestOf('vcp/proof-statement/1', [key, shown, values])
  return contextElement({ taskId, nodeId, input, output, nonce: leaseNonce(taskId, leaseEpoch) })
}

/**
 * The submitter drew the task's id and the coordinator numbers its leases: before both are known
 * no proof of it can be made.
 */
function leaseNonce(taskId: TaskId, leaseEpoch: number): Nonce {
  return Nonce.parse(digestOf('vcp/proof-nonce/1', [taskId, leaseEpoch]).slice(0, 32))
}
