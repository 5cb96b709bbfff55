// Data for each node, made at run time, and a training that takes a second or two a round.
import { writeFileSync } from 'node:fs'
import { nameBlob, type PreparedTask, prepareTask, type TaskDraft } from '@vcp/client'
import { encodeModel, ModelBuilder, type Phase, writeNpz } from '@vcp/learning'

export const nodesMin = 3
const [examples, batch, steps, noise] = [1_000, 100, 20, 4]

/** What one round costs a data set. */
export const costOfRound: Phase = {
  samplingRate: batch / examples,
  noiseMultiplier: noise,
  steps,
}

/** Points of a plane, and on which side of a line they lie. */
export function writePoints(file: string): void {
  const rows = Array.from({ length: examples }, () => {
    const [a, b] = [Math.random() - 0.5, Math.random() - 0.5]
    return `${a},${b},${a > b ? 1 : 0}`
  })
  writeFileSync(file, ['a,b,label', ...rows].join('\n'))
}

export const kinds = ['fedavg', 'fedbuff', 'secure'] as const
export type Kind = (typeof kinds)[number]

/** By fedbuff two of the three make a model, and the third goes on with an older one. */
export function smallTraining(rounds: number, kind: Kind): PreparedTask {
  const b = new ModelBuilder()
  const point = b.input('point', 'float32', ['batch', 2])
  const weights = [b.weight('weight', [2, 2], [0, 0, 0, 0]), b.weight('bias', [2], [0, 0])]
  b.output(b.node('Gemm', [point, ...weights]), ['batch', 2])
  const model = nameBlob(encodeModel(b.build()))
  const heldOut = nameBlob(
    writeNpz({
      x: { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) },
      y: { shape: [2], data: BigInt64Array.of(1n, 0n) },
    }),
  )
  const draft = {
    task_type: 'federated_learning',
    inputs: {
      model: model.cid,
      loss: 'softmax_cross_entropy',
      dataset: 'points',
      rounds,
      local_steps: steps,
      batch_size: batch,
      learning_rate: 0.5,
      strategy: kind === 'secure' ? 'fedavg' : kind,
      secure_aggregation: kind === 'secure',
      updates_min: kind === 'fedbuff' ? nodesMin - 1 : nodesMin,
      round_seconds: 300,
      evaluation: heldOut.cid,
      privacy: { budget: { epsilon: 500, delta: 1e-5 }, noise_multiplier: noise, clip_norm: 1 },
    },
    requirements: { min_nodes: nodesMin, max_execution_seconds: 3_600 },
  } as unknown as TaskDraft
  return prepareTask(draft, { blobs: [model, heldOut] })
}
