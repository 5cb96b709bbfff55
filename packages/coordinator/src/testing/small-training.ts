// A training of a few numbers: points on a line, a class on either side of zero.
import { encodeModel, encodeUpdate, ModelBuilder, updateDigest, writeNpz } from '@vcp/learning'
import { type Cid, cidOf, type Round, TaskSpec, type Update } from '@vcp/protocol'

/** Two scores of one number, (a x + b, c x + d), all of them zero to begin with. */
function modelBytes(): Uint8Array {
  const b = new ModelBuilder()
  const x = b.input('x', 'float32', ['batch', 1])
  const weights = [b.weight('w', [2, 1], [0, 0]), b.weight('b', [2], [0, 0])]
  b.output(b.node('Gemm', [x, ...weights], { attributes: { transB: 1 } }), ['batch', 2])
  return encodeModel(b.build())
}

const points = Float32Array.from({ length: 100 }, (_, at) => (at - 49.5) / 50)
const sides = BigInt64Array.from(points, (x) => (x > 0 ? 1n : 0n))

export const model = modelBytes()
export const modelCid = cidOf('raw', model)
export const heldOut = writeNpz({
  x: { shape: [100, 1], data: points },
  y: { shape: [100], data: sides },
})

export function smallTraining(inputs: Record<string, unknown> = {}, base = {}): TaskSpec {
  return TaskSpec.parse({
    task_type: 'federated_learning',
    inputs: {
      model: modelCid,
      loss: 'softmax_cross_entropy',
      dataset: 'points',
      rounds: 2,
      local_steps: 1,
      batch_size: 1,
      learning_rate: 0.1,
      privacy: null,
      updates_min: 2,
      evaluation: cidOf('raw', heldOut),
      ...inputs,
    },
    ...base,
  })
}

const layout = [
  { name: 'w', shape: [2, 1] },
  { name: 'b', shape: [2] },
]

/** By how much an update turns the scores the right way; less than zero, the wrong one. */
export function deltaOf(size: number): Uint8Array {
  const format = { kind: 'fixed', fixedPoint: { fractionBits: 24 } } as const
  const encoded = encodeUpdate(format, layout, Float64Array.of(-size, size, 0, 0))
  if (!encoded.ok) throw new Error(encoded.reason)
  return encoded.value
}

export function updateFor(
  order: Pick<Round, 'round_id' | 'task_id'> & { readonly model: Cid },
  leaseEpoch: number,
  bytes: Uint8Array,
): Update {
  return {
    round_id: order.round_id,
    task_id: order.task_id,
    lease_epoch: leaseEpoch,
    base_model: order.model,
    delta: cidOf('raw', bytes),
    delta_digest: updateDigest(bytes),
    examples: 10,
    privacy: null,
    trained_at_ms: 0,
  }
}
