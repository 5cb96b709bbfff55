import * as z from 'zod'
import type { LossName } from '../compile/losses.ts'
import { losses } from '../compile/losses.ts'
import { Phase } from '../privacy/mechanism.ts'
import { Provider } from './provider.ts'

const lossNames = Object.keys(losses) as [LossName, ...LossName[]]

const Optimiser = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('sgd'),
    momentum: z.number().min(0).lt(1).default(0),
    weightDecay: z.number().min(0).default(0),
  }),
  z.strictObject({
    name: z.literal('adam'),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().positive().default(1e-8),
  }),
  z.strictObject({
    name: z.literal('adamw'),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().positive().default(1e-8),
    weightDecay: z.number().min(0).default(0.01),
  }),
])
export type OptimiserSpec = z.infer<typeof Optimiser>

const Schedule = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant') }),
  /** The rate is multiplied by `factor` after every `every` steps. */
  z.strictObject({
    name: z.literal('steps'),
    every: z.int().min(1),
    factor: z.number().positive().max(1),
  }),
  /** Half a cosine from the rate down to `floor` times it, at the last step. */
  z.strictObject({ name: z.literal('cosine'), floor: z.number().min(0).max(1).default(0) }),
  /** A straight line down to `floor` times the rate, at the last step. */
  z.strictObject({ name: z.literal('linear'), floor: z.number().min(0).max(1).default(0) }),
])
export type ScheduleSpec = z.infer<typeof Schedule>

/** Example-level DP-SGD. */
const Privacy = z.strictObject({
  samplingRate: Phase.shape.samplingRate.refine((rate) => rate > 0),
  noiseMultiplier: Phase.shape.noiseMultiplier,
  clipNorm: z.number().positive().max(1e6),
  /** What the ledger has been charged for; not a step is made beyond. */
  stepsGranted: z.int().min(0),
  /**
   * What the noisy sum is divided by: examples that a step is expected to have. Null takes the
   * sampling rate of those that there are, and so tells how many there are.
   */
  expectedExamples: z.number().positive().nullable().default(null),
})

export const TrainSpec = z
  .strictObject({
    loss: z.enum(lossNames),
    steps: z.int().min(1).max(1e8),
    /** Examples to a step, without privacy; with it the sampling rate decides. */
    batchSize: z.int().min(1).max(1e6),
    /**
     * Examples to a run of the graph. A step of more takes several, and adds their gradients up.
     */
    physicalBatchSize: z.int().min(1).max(4096),
    learningRate: z.number().positive().max(1e3),
    optimiser: Optimiser.default({ name: 'sgd', momentum: 0, weightDecay: 0 }),
    schedule: Schedule.default({ name: 'constant' }),
    warmUpSteps: z.int().min(0).default(0),
    /** FedProx: mu of the term mu / 2 |w - w0|^2 that holds an update near where it began. */
    proximal: z.number().min(0).default(0),
    privacy: Privacy.nullable().default(null),
    frozen: z.array(z.string()).default([]),
    sizes: z.record(z.string(), z.int().min(1)).default({}),
    executor: z.enum(['native', 'portable']).default('native'),
    /** Of the native executor; one that fails its self-test gives way to the processor. */
    provider: Provider.default('cpu'),
    threads: z.int().min(1).max(256).default(1),
    /**
     * 64 hex digits: the order of the examples can be repeated. Without it, it comes from chance.
     */
    seed: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable()
      .default(null),
    checkpointEvery: z.int().min(1).nullable().default(null),
    progressEvery: z.int().min(1).default(10),
    /** Stops when the loss on the validation set has not improved for `patience` looks. */
    earlyStop: z
      .strictObject({
        every: z.int().min(1),
        patience: z.int().min(1),
        improvement: z.number().min(0).default(0),
      })
      .nullable()
      .default(null),
    /** That the validation set holds nothing private. Early stop under privacy needs it. */
    isValidationPublic: z.boolean().default(false),
    memoryBytesMax: z
      .int()
      .min(2 ** 26)
      .default(2 ** 32),
  })
  .superRefine((spec, context) => {
    const { privacy, seed, steps, earlyStop, isValidationPublic, executor, provider } = spec
    const refuse = (message: string) => context.addIssue({ code: 'custom', message })
    if (executor === 'portable' && provider !== 'cpu') {
      refuse(`the portable executor runs on the processor, not on ${provider}`)
    }
    if (privacy === null) return
    if (seed !== null) refuse('noise and sampling from a seed protect nothing: leave the seed out')
    if (steps > privacy.stepsGranted) {
      refuse(`${steps} steps, and the ledger granted ${privacy.stepsGranted}`)
    }
    if (earlyStop !== null && !isValidationPublic) {
      refuse('stopping early looks at the validation set once more: it has to be public')
    }
  })
export type TrainSpec = z.infer<typeof TrainSpec>
export type TrainSpecInput = z.input<typeof TrainSpec>
