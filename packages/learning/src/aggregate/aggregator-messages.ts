// What an aggregator and its child say to each other, as structured clones. Bytes of models,
// held-out sets and updates that lie in no file go through a pipe beside it, in their order.
import type { ErrorCode } from '@vcp/protocol'
import type { LossName } from '../compile/losses.ts'
import type { Parameter } from '../update/update-codec.ts'
import type { Aggregated, AggregationSpec } from './aggregate-round.ts'

export interface Part {
  readonly length: number
  /** Null: through the pipe. */
  readonly file: string | null
}

export interface Parts {
  readonly model: Part
  /** Null where there is none. */
  readonly heldOut: Part | null
  readonly moments: Part | null
  readonly updates: readonly Part[]
}

export interface AggregationOrder {
  readonly loss: LossName
  readonly spec: AggregationSpec
  /** 32 bytes that noise comes from; null where the rule makes none. */
  readonly seed: Uint8Array | null
}

/** What a training would begin with, looked at before it does. */
export interface ExaminationOrder {
  readonly loss: LossName
  readonly isPrivate: boolean
}

export interface Examination {
  /** In the order of an update's numbers. */
  readonly parameters: readonly Parameter[]
  /** Examples to evaluate on; null without a held-out set. */
  readonly heldOut: number | null
}

/** By kind, what a child comes to. */
export interface AggregatorResults {
  readonly aggregate: Aggregated
  readonly examine: Examination
}

export type AggregatorTask = { readonly parts: Parts } & (
  | { readonly kind: 'aggregate'; readonly order: AggregationOrder }
  | { readonly kind: 'examine'; readonly order: ExaminationOrder }
)

export type AggregatorReport =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly result: AggregatorResults[keyof AggregatorResults] }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly reason: string }
