// What a coordinator's owner decides. The core reads no configuration: it is given this.
import { type Profile, profiles } from '@vcp/protocol'
import type { Strategy } from './match/strategies.ts'

export interface Settings {
  readonly profile: Profile
  readonly strategy: Strategy
  /** How long a node may think about an offer. */
  readonly offerMs: number
  /** How long a lease holds without a word from its node. */
  readonly leaseMs: number
  /** How often nodes report; three missed reports make a node `unknown`. */
  readonly heartbeatMs: number
  /** Assignments that may end without a result before the task is given up. */
  readonly failuresMax: number
  /** Assignments that a task may have in all; stops a task that poisons whoever touches it. */
  readonly assignmentsMax: number
  /** Replicated results that agreed, in a row, before a node's single word is taken. */
  readonly trustAfter: number
  /** The least chance that a trusted node's result is replicated all the same. */
  readonly auditChanceMin: number
  /** Rounds in a row that may fail for want of updates before training is given up. */
  readonly roundFailuresMax: number
}

export const defaultSettings: Settings = {
  profile: profiles.open,
  strategy: 'weighted',
  offerMs: 10_000,
  leaseMs: 30_000,
  heartbeatMs: 10_000,
  failuresMax: 5,
  assignmentsMax: 20,
  trustAfter: 10,
  auditChanceMin: 0.02,
  roundFailuresMax: 3,
}
