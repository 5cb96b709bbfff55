// Whether a compiled graph does on this machine what it promises, tried on made-up data before any
// private data is touched. An accelerator that computes a convolution wrong is caught here.
import { type Outcome, pass } from '@vcp/protocol'
import { type CompileOptions, clipMargin, compile, type TrainingGraph } from '../compile/compile.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { type BoundGraph, bindGraph } from './bound-graph.ts'
import type { OpenExecutor } from './executor.ts'
import { type Batch, makeBatch, setBatch } from './made-up-batch.ts'
import { layoutOf, type ParameterLayout, viewOf, weightsOf } from './parameter-layout.ts'

export interface SelfTestCheck {
  readonly name:
    | 'finite-differences'
    | 'norms'
    | 'clipped-sum'
    | 'clip-bound'
    | 'independence'
    | 'mask'
    | 'agreement'
  readonly worst: number
  readonly bound: number
}

export interface SelfTestReport {
  readonly checks: readonly SelfTestCheck[]
  readonly isPassed: boolean
}

export interface SelfTestOptions extends Omit<CompileOptions, 'mode' | 'batchSize'> {
  readonly open: OpenExecutor
  /** What `open` is compared with; null when it is itself the reference. */
  readonly reference: OpenExecutor | null
  readonly seed?: number
  readonly batchSize?: number
}

/** Refuses when the model does not compile; a failed check is in the report. */
export async function selfTest(
  model: ModelProto,
  options: SelfTestOptions,
): Promise<Outcome<SelfTestReport>> {
  const batchSize = options.batchSize ?? 3
  const clipped = compile(model, { ...options, mode: 'clipped', batchSize })
  if (!clipped.ok) return clipped
  const single = compile(model, { ...options, mode: 'clipped', batchSize: 1 })
  if (!single.ok) return single
  const plain = compile(model, { ...options, mode: 'plain', batchSize })
  if (!plain.ok) return plain
  const layout = layoutOf(clipped.value.parameters)
  const weights = weightsOf(model, layout)
  const batch = makeBatch(clipped.value, options.seed ?? 1)
  const bind = (graph: TrainingGraph, open = options.open) =>
    bindGraph(graph, layout, weights, open)
  const open = [await bind(clipped.value), await bind(single.value), await bind(plain.value)]
  const other = options.reference === null ? [] : [await bind(clipped.value, options.reference)]
  try {
    const [many, one, sum] = open as [BoundGraph, BoundGraph, BoundGraph]
    const checks = [
      await finiteDifferences(sum, layout, weights, batch),
      ...(await againstSingles(many, one, batch)),
      await independence(many, batch, options.seed ?? 1),
      await maskedRows(many, batch, options.seed ?? 1),
      ...(other[0] === undefined ? [] : [await agreement(many, other[0], batch)]),
    ]
    // A figure that is not a number fails, which `worst > bound` would not say.
    return pass({ checks, isPassed: checks.every(({ worst, bound }) => worst <= bound) })
  } finally {
    for (const bound of [...open, ...other]) await bound.close()
  }
}

/** Along each parameter's own gradient, and along a line of ones and minus ones. */
async function finiteDifferences(
  bound: BoundGraph,
  layout: ParameterLayout,
  weights: Float32Array,
  batch: Batch,
): Promise<SelfTestCheck> {
  await run(bound, batch)
  const gradient = bound.gradients.slice()
  const scale = Math.sqrt(dot(gradient, gradient)) + 1e-3
  let worst = 0
  for (const { name } of layout) {
    const part = viewOf(gradient, layout, name)
    const target = viewOf(weights, layout, name)
    const length = Math.sqrt(dot(part, part))
    const along = part.map((value) => value / (length || 1))
    const across = part.map((_, at) => ((at * 7 + 3) % 5 < 2 ? 1 : -1) / Math.sqrt(part.length))
    for (const direction of [along, across]) {
      const expected = dot(part, direction)
      const errors: number[] = []
      for (const step of [1e-2, 2e-3, 5e-4, 1e-4]) {
        const slope = await slopeAlong(bound, target, direction, step)
        errors.push(Math.abs(slope - expected))
      }
      worst = Math.max(worst, Math.min(...errors) / (Math.abs(expected) + scale * 0.05))
    }
  }
  return { name: 'finite-differences', worst, bound: 2e-2 }
}

async function slopeAlong(
  bound: BoundGraph,
  target: Float32Array,
  direction: Float32Array,
  step: number,
): Promise<number> {
  const before = target.slice()
  const lossAt = async (distance: number) => {
    for (const [at, value] of before.entries()) target[at] = value + distance * direction[at]!
    await bound.executor.run()
    return bound.losses.reduce((sum, loss) => sum + loss, 0)
  }
  const [ahead, behind] = [await lossAt(step), await lossAt(-step)]
  target.set(before)
  return (ahead - behind) / (2 * step)
}

/** Norms and the clipped sum against the same graph at batch 1, where nothing can be mixed. */
async function againstSingles(
  many: BoundGraph,
  one: BoundGraph,
  batch: Batch,
): Promise<readonly SelfTestCheck[]> {
  await run(many, batch, 1e6)
  const norms = many.norms.slice()
  const clip = median(norms)
  await run(many, batch, clip)
  const sum = new Float64Array(many.gradients.length)
  let [normError, over] = [0, 0]
  for (const example of norms.keys()) {
    await run(one, batch.only(example), clip)
    for (const [at, value] of one.gradients.entries()) sum[at]! += value
    normError = Math.max(normError, relative(norms[example]!, one.norms[0]!))
    over = Math.max(over, Math.sqrt(dot(one.gradients, one.gradients)) / clip - 1)
    await run(one, batch.only(example), 1e6)
    const length = Math.sqrt(dot(one.gradients, one.gradients))
    normError = Math.max(normError, relative(norms[example]!, length))
  }
  const error = distance(many.gradients, sum) / (Math.sqrt(dot(sum, sum)) + 1e-6)
  return [
    { name: 'norms', worst: normError, bound: 1e-4 },
    { name: 'clipped-sum', worst: error, bound: 1e-4 },
    { name: 'clip-bound', worst: over, bound: clipMargin / 10 },
  ]
}

/** Another first example leaves the norms and losses of the others as they are, bit for bit. */
async function independence(many: BoundGraph, batch: Batch, seed: number): Promise<SelfTestCheck> {
  await run(many, batch)
  const before = [...many.norms.slice(1), ...many.losses.slice(1)]
  await run(many, batch.replacing(0, makeBatch(many.graph, seed + 1)))
  const after = [...many.norms.slice(1), ...many.losses.slice(1)]
  const worst = Math.max(...before.map((value, at) => Math.abs(value - after[at]!)))
  return { name: 'independence', worst, bound: 0 }
}

/** What lies in a masked row makes no difference to the sum. */
async function maskedRows(many: BoundGraph, batch: Batch, seed: number): Promise<SelfTestCheck> {
  const masked = batch.masking(0)
  await run(many, masked)
  const before = many.gradients.slice()
  await run(many, masked.replacing(0, makeBatch(many.graph, seed + 2)))
  return { name: 'mask', worst: distance(before, many.gradients), bound: 0 }
}

async function agreement(
  many: BoundGraph,
  other: BoundGraph,
  batch: Batch,
): Promise<SelfTestCheck> {
  await run(many, batch)
  await run(other, batch)
  const error = distance(many.gradients, other.gradients)
  const length = Math.sqrt(dot(other.gradients, other.gradients)) + 1e-6
  return { name: 'agreement', worst: error / length, bound: 1e-4 }
}

async function run(bound: BoundGraph, batch: Batch, clip = 1): Promise<void> {
  setBatch(bound, batch)
  bound.clipNorm[0] = clip
  await bound.executor.run()
}

function median(values: Float32Array): number {
  return values.toSorted()[values.length >> 1]! || 1
}

function relative(value: number, expected: number): number {
  return Math.abs(value - expected) / (Math.abs(expected) + 1e-4)
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!
  return sum
}

function distance(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at]! - other[at]!) ** 2
  return Math.sqrt(sum)
}
