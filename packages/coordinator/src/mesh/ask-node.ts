// Asking a node that is here. A failure on the way is an answer too: whoever asks decides by its
// code.
import type { Streams } from '@vcp/mesh'
import {
  type AssignAnswer,
  type AssignAsk,
  assignProtocol,
  type ErrorCode,
  type Outcome,
  type PeerId,
  pass,
  refuse,
  type TaskId,
  VcpError,
} from '@vcp/protocol'
import type { Present } from './present.ts'

export type AskNode = (peerId: PeerId, ask: AssignAsk) => Promise<Outcome<AssignAnswer>>

export function createAskNode(
  streams: Pick<Streams, 'ask'>,
  present: Pick<Present, 'has'>,
  signal: AbortSignal,
): AskNode {
  return async (peerId, ask) => {
    if (!present.has(peerId)) return refuse('PEER_UNREACHABLE', `${peerId} is not connected`)
    try {
      const answer = await streams.ask(peerId, assignProtocol, ask, signal)
      return answer.ok ? pass(answer.value) : answer
    } catch (error) {
      if (error instanceof VcpError) return refuse(error.code, error.message)
      throw error
    }
  }
}

/** Refusals after which the same may be said again: its answer may be another. */
export const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DISK_FULL',
  'INTERRUPTED',
  'OVERLOADED',
  'PEER_TIMEOUT',
  'PEER_UNREACHABLE',
  'RATE_LIMITED',
])

export function leaseOf({
  taskId,
  leaseEpoch,
}: {
  readonly taskId: TaskId
  readonly leaseEpoch: number
}) {
  return { task_id: taskId, lease_epoch: leaseEpoch }
}
