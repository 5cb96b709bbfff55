// What parent and child of a training say to each other, as structured clones.
import type { ErrorCode } from '@vcp/protocol'
import type { DataSource } from '../data/sources.ts'
import type { SelfTestReport } from './self-test.ts'
import type { Progress, Trained } from './train.ts'
import type { TrainSpecInput } from './train-spec.ts'

export interface ChildOrder {
  readonly model: Uint8Array
  readonly spec: TrainSpecInput
  readonly data: DataSource
  readonly validation: DataSource | null
  /** Where the training begins, and what FedProx holds it near to; null: as the model has it. */
  readonly weights: Float32Array | null
  /** A file to save to and go on from. */
  readonly checkpointFile: string | null
  /** What the data may take in memory. */
  readonly dataBytesMax: number
}

export type ChildReport =
  | { readonly type: 'ready' }
  | { readonly type: 'tested'; readonly report: SelfTestReport }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'trained'; readonly trained: Trained }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly reason: string }
