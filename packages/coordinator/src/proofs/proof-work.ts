// What the thread that verifies is asked, and what it answers.

import type { ProofCase, ProofTerms } from '@vcp/proofs'
import type { Digest, Outcome, ProofSetup, TaskSpec } from '@vcp/protocol'

/** Whether a key can be believed and takes the public inputs of a task. */
export interface KeyWork {
  readonly work: 'key'
  readonly keyJson: unknown
  readonly task: TaskSpec
  readonly terms: ProofTerms
}

/** Whether what a node has handed in for a task is a proof of it. */
export interface OutputWork {
  readonly work: 'output'
  readonly keyJson: unknown
  readonly of: Omit<ProofCase, 'key'>
}

/** Whether a proof holds, whatever it is for. */
export interface ClaimWork {
  readonly work: 'claim'
  readonly keyJson: unknown
  readonly proof: unknown
  readonly signals: readonly string[]
}

export type ProofWork = KeyWork | OutputWork | ClaimWork

export interface Verified {
  /** The digest of the key that it was verified with. */
  readonly key: Digest
  /** Whether the proof is tied to the task; of a key, whether its proofs would be. */
  readonly isBound: boolean
  /** What the node says of the key; of a key or a bare proof nothing. */
  readonly setup: ProofSetup | null
}

export interface Asked {
  readonly id: number
  readonly work: ProofWork
}

export interface Answered {
  readonly id: number
  readonly verdict: Outcome<Verified>
}
