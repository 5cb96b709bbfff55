import type { Digest, PeerId, TaskId } from '@vcp/protocol'
import type { Truth } from './truth.ts'

/** A task given to a node under one lease, as the journal tells it. */
export interface Copy {
  readonly peerId: PeerId
  readonly epoch: number
  /** Of the node, when it was asked. */
  readonly operator: string
  leaseEndsAtMs: number
  state: 'open' | 'validated' | 'rejected' | 'lost' | 'ended'
  seal: Digest | null
  committedIndex: number | null
}

export interface TaskHistory {
  readonly taskId: TaskId
  readonly isTraining: boolean
  /** Of a training by FedBuff; how old its updates may be. */
  readonly isBuffered: boolean
  readonly stalenessMax: number
  /** Of a training whose updates are hidden. */
  readonly isSecure: boolean
  readonly rewardMicro: number
  /** Then a result is shown without having been asked for. */
  readonly isAskedOnce: boolean
  /** Whether nothing less than a proof will do. */
  readonly isToBeProved: boolean
  /** Of a training: how many rounds it was to have, how many it had. */
  readonly rounds: number
  roundsDone: number
  /** Since the last: rounds that came to nothing, but for those that nobody is blamed for. */
  roundsLost: number
  /** What each node's updates count for, in rounds that came to a model. */
  readonly points: Map<PeerId, number>
  epoch: number
  /** By lease epoch. */
  readonly copies: Map<number, Copy>
  /** Where in the journal the first result was shown. */
  firstShown: number
  readonly released: { readonly payee: string; readonly amountMicro: number }[]
  ended: 'completed' | 'failed' | 'cancelled' | null
  /** Of the newest dispute. */
  referee: PeerId | null
  parties: readonly PeerId[]
}

/** Whether more operators came to the right result than to others, of those there at the end. */
export function honestMajority({ copies }: TaskHistory, truth: Truth): boolean {
  const right = new Set<string>()
  const wrong = new Set<string>()
  for (const { peerId, seal, state } of copies.values()) {
    if (seal === null || state === 'lost') continue
    const { isRight } = truth.verdictOn(peerId, seal)
    const operator = truth.operators.get(peerId) ?? peerId
    if (isRight) right.add(operator)
    else wrong.add(operator)
  }
  return right.size > wrong.size
}
