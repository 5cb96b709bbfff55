import * as z from 'zod'
import { Cid } from '../ids.ts'
import { limits } from '../limits.ts'
import { taskBase } from './requirements.ts'

/** A privacy budget: what may be learned about one record, over the whole task. */
export const PrivacyBudget = z.strictObject({
  epsilon: z.number().positive().max(1_000),
  delta: z.number().positive().max(0.1),
})
export type PrivacyBudget = z.infer<typeof PrivacyBudget>

export const privacyPresets = {
  strict: { epsilon: 0.1, delta: 1e-5 },
  standard: { epsilon: 1, delta: 1e-5 },
  relaxed: { epsilon: 10, delta: 1e-4 },
} as const satisfies Record<string, PrivacyBudget>

export const DifferentialPrivacy = z.strictObject({
  /** What one privacy unit is: a record of a data set, or all that a node holds. */
  unit: z.enum(['example', 'node']).default('example'),
  budget: PrivacyBudget,
  clip_norm: z.number().positive().max(1e6).default(1),
  noise_multiplier: z.number().positive().max(1e3).default(1.1),
})

export const losses = [
  'softmax_cross_entropy',
  'binary_cross_entropy',
  'mse',
  'l1',
  'huber',
] as const

export const strategies = [
  'fedavg',
  'fedavgm',
  'fedprox',
  'fedadagrad',
  'fedadam',
  'fedyogi',
  'median',
  'trimmed_mean',
  'krum',
  'multi_krum',
  'bulyan',
  'geometric_median',
  'fedbuff',
] as const

/** What makes a step of a gradient, on each node by itself; it begins anew with each round. */
export const LocalOptimiser = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('sgd'),
    momentum: z.number().min(0).lt(1).default(0),
    weight_decay: z.number().min(0).max(1).default(0),
  }),
  z.strictObject({
    name: z.literal('adam'),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().positive().max(1).default(1e-8),
  }),
  z.strictObject({
    name: z.literal('adamw'),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().positive().max(1).default(1e-8),
    weight_decay: z.number().min(0).max(1).default(0.01),
  }),
])
export type LocalOptimiser = z.infer<typeof LocalOptimiser>

/** What the strategies at the coordinator may be told; each takes what it knows. */
export const ServerSettings = z.strictObject({
  learning_rate: z.number().positive().max(1_000).default(1),
  /** Of FedAvgM. */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** These three of FedAdagrad, FedAdam and FedYogi. */
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.99),
  tau: z.number().positive().max(1).default(1e-3),
  /** How many of the nodes Krum, MultiKrum and Bulyan hold out against. */
  byzantine_max: z.int().min(0).max(limits.minNodesMax).default(0),
  /** The share of the values that the trimmed mean leaves out on either side. */
  trim: z.number().min(0).lt(0.5).default(0.1),
  /** Updates are scaled down to this length before they are put together; null: as they came. */
  clip_norm: z.number().positive().max(1e6).nullable().default(null),
  /** Of FedBuff: an update to a model with more than so many after it is not taken. */
  staleness_max: z.int().min(0).max(limits.trainingRoundsMax).default(10),
})
export type ServerSettings = z.infer<typeof ServerSettings>

/** The numbers of an update: scaled to whole ones, or to bytes with a scale for each block. */
export const UpdateFormat = z.enum(['fixed', 'int8'])
export type UpdateFormat = z.infer<typeof UpdateFormat>

/** The least that an update must show to be counted; measured by the coordinator, not claimed. */
export const QualityGates = z.strictObject({
  accuracy_min: z.number().min(0).max(1).default(0.6),
  loss_max: z.number().positive().default(2),
  cosine_min: z.number().min(-1).max(1).default(0.7),
})

/** Trains an ONNX model over rounds, on data that never leaves its nodes. */
export const FederatedLearning = z.strictObject({
  task_type: z.literal('federated_learning'),
  inputs: z.strictObject({
    /** ONNX, forward, its weights within: where the training begins. */
    model: Cid,
    loss: z.enum(losses),
    /** The operators' name for the data set; each operator decides whether to grant it. */
    dataset: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9_-]+$/),
    rounds: z.int().min(1).max(limits.trainingRoundsMax),
    local_steps: z.int().min(1).max(1_000_000),
    batch_size: z.int().min(1).max(65_536),
    learning_rate: z.number().positive().max(1_000),
    optimiser: LocalOptimiser.default({ name: 'sgd', momentum: 0, weight_decay: 0 }),
    /** FedProx: mu of the term mu / 2 |w - w0|^2 that holds an update near where it began. */
    proximal: z.number().min(0).max(1_000).default(0),
    strategy: z.enum(strategies).default('fedavg'),
    server: ServerSettings.prefault({}),
    update_format: UpdateFormat.default('fixed'),
    /** Of a round; for FedBuff exactly so many, whichever come first. */
    updates_min: z.int().min(1).max(limits.minNodesMax).default(3),
    round_seconds: z.int().min(1).max(limits.executionSecondsMax).default(600),
    /** Null trains without privacy, and the result says so. */
    privacy: DifferentialPrivacy.nullable(),
    /** Has the clip norm follow the updates' median length; for the privacy unit `node` alone,
     *  where it begins with `clip_norm`. */
    adaptive_clipping: z.boolean().default(false),
    secure_aggregation: z.boolean().default(false),
    /** A held-out set that is public: an NPZ with the arrays x and y. */
    evaluation: Cid.nullable().default(null),
    quality: QualityGates.nullable().default(null),
  }),
  ...taskBase,
})
export type FederatedLearning = z.infer<typeof FederatedLearning>
