// What parent and child of a training say to each other, as structured clones.
import type { ErrorCode } from '@vcp/protocol'
import type { DataSource } from '../data/sources.ts'
import type { UpdateFormat } from '../update/update-codec.ts'
import type { ProviderChoice } from './choose-provider.ts'
import type { Rows } from './predict.ts'
import type { ProviderWish } from './provider.ts'
import type { SelfTestReport } from './self-test.ts'
import type { Progress, Trained } from './train.ts'
import type { TrainSpec, TrainSpecInput } from './train-spec.ts'

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

/** How the change of the weights is to be written. */
export interface UpdateForm {
  readonly format: UpdateFormat
  /** The change is scaled down to this length where it is longer; null: it goes as it is. */
  readonly clipNorm: number | null
}

/** What a training changed, for others to put together. */
export interface Contribution {
  /** By `encodeUpdate`, in the order of the model's parameters. */
  readonly update: Uint8Array
  readonly steps: number
}

/** What was found without a step being made. */
export interface Examined {
  /** Numbers that are trained. */
  readonly parameters: number
}

/** The runtimes, as a specification names them. */
export type Runtime = TrainSpec['executor']

/** By kind of task, what a child comes to. */
export interface ChildResults {
  readonly train: Trained
  readonly contribute: Contribution
  readonly examine: Examined
  readonly probe: ProviderChoice & { readonly runtime: Runtime }
  readonly predict: Rows
}

export type ChildTask =
  | { readonly kind: 'train'; readonly order: ChildOrder }
  | { readonly kind: 'contribute'; readonly order: ChildOrder; readonly form: UpdateForm }
  /** Reads, compiles and opens everything that a training would, and leaves it at that. */
  | { readonly kind: 'examine'; readonly order: ChildOrder }
  /** Which runtime loads on this machine, and which provider of it computes right. */
  | { readonly kind: 'probe'; readonly provider: ProviderWish }
  | { readonly kind: 'predict'; readonly model: Uint8Array; readonly rows: Rows }

export type ChildReport =
  | { readonly type: 'ready' }
  | { readonly type: 'tested'; readonly report: SelfTestReport }
  /** A provider that is not used for the training at hand, and why. */
  | { readonly type: 'fell-back'; readonly reason: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: ChildResults[keyof ChildResults] }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly reason: string }
