// From a forward model and a loss to one graph of standard operators that trains it. The graph is
// made for a fixed batch; parameters are inputs, so that a session outlives every step.

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { type Outcome, pass } from '@vcp/protocol'
import { describeValue } from '../onnx/build-model.ts'
import { make } from '../onnx/codec.ts'
import { graphProto, type ModelProto } from '../onnx/messages.ts'
import { checkedModel, encodeModel } from '../onnx/read-model.ts'
import { rejectionsAsRefusals, unsupported } from '../onnx/rejection.ts'
import { countOf, type ElementType, type Shape } from '../onnx/tensor.ts'
import { type Analysis, analyse } from './analyse.ts'
import { backward } from './backward.ts'
import type { TensorInfo } from './call.ts'
import { GraphBuilder, ownPrefix, type Value } from './graph-builder.ts'
import { type LossName, losses } from './losses.ts'
import type { NormMethod, ParameterGradient } from './parameter-gradient.ts'

/**
 * What a run gives: `clipped` the norm of each example's gradient and the sum of the clipped ones,
 * `plain` the sum of the gradients, `evaluate` none. All give each example's loss.
 */
export type CompileMode = 'clipped' | 'plain' | 'evaluate'

export interface CompileOptions {
  readonly mode: CompileMode
  readonly loss: LossName
  /** Examples in a run; what is short of it is masked. */
  readonly batchSize: number
  readonly frozen?: readonly string[]
  readonly sizes?: Readonly<Record<string, number>>
}

export interface TensorPlan {
  readonly name: string
  readonly type: ElementType
  readonly shape: Shape
}

export interface InputPlan extends TensorPlan {
  /** Integers that are looked up in a table have to be below its rows; null when none are. */
  readonly below: number | null
}

export interface ParameterPlan extends TensorPlan {
  /** The output that holds its gradient; empty when evaluating. */
  readonly gradient: string
  readonly method: NormMethod | null
}

/** A graph to run, and what to feed it with. Plain data. */
export interface TrainingGraph {
  readonly model: Uint8Array
  /** SHA-256 of the model, in hex. */
  readonly digest: string
  readonly mode: CompileMode
  readonly batchSize: number
  readonly inputs: readonly InputPlan[]
  readonly labels: TensorPlan
  readonly output: TensorPlan
  readonly parameters: readonly ParameterPlan[]
  /** An upper bound of what one run holds besides parameters, gradients and inputs. */
  readonly workingBytesMax: number
}

/** Names of what is fed and fetched besides the tensors of the model. */
export const ports = {
  labels: `${ownPrefix}labels`,
  mask: `${ownPrefix}mask`,
  clipNorm: `${ownPrefix}clip_norm`,
  losses: `${ownPrefix}losses`,
  norms: `${ownPrefix}norms`,
  gradient: `${ownPrefix}gradient/`,
} as const

/** So that rounding cannot carry a clipped gradient over the norm it was clipped to. */
export const clipMargin = 1e-5

export function compile(model: ModelProto, options: CompileOptions): Outcome<TrainingGraph> {
  return rejectionsAsOutcome(() => build(model, options))
}

function rejectionsAsOutcome(work: () => TrainingGraph): Outcome<TrainingGraph> {
  const result = rejectionsAsRefusals(() => ({ graph: work() }))
  return 'graph' in result ? pass(result.graph) : result
}

function build(proto: ModelProto, options: CompileOptions): TrainingGraph {
  const { mode, batchSize } = options
  const model = checkedModel(proto)
  const analysis = analyse(model, {
    batchSize,
    sizes: options.sizes ?? {},
    frozen: options.frozen ?? [],
  })
  const output = trainedOutput(analysis, options.loss)
  const graph = new GraphBuilder()
  const labels = { name: ports.labels, ...losses[options.loss].labels(output.shape) }
  const mask: Value = { name: ports.mask, shape: [batchSize], type: 'float32' }
  const parts = losses[options.loss].parts(graph, output, labels)
  const outputs = [graph.output(ports.losses, parts.losses)]
  const parameters: ParameterPlan[] = []
  if (mode !== 'evaluate') {
    const seed =
      mode === 'plain'
        ? graph.mul(parts.cotangent, perExample(graph, mask, output.shape.length))
        : parts.cotangent
    const gradients = backward(graph, analysis, output, seed)
    const weights = mode === 'clipped' ? clippingWeights(graph, gradients, mask, outputs) : null
    for (const [name, { type, shape }] of analysis.parameters) {
      const gradient = gradients.get(name)!
      const made = graph.output(`${ports.gradient}${name}`, gradient.sum(weights))
      outputs.push(made)
      parameters.push({ name, type, shape, gradient: made.name, method: gradient.method })
    }
  } else {
    outputs.push(output)
    for (const [name, { type, shape }] of analysis.parameters) {
      parameters.push({ name, type, shape, gradient: '', method: null })
    }
  }
  const fed = [
    ...analysis.inputs,
    labels,
    ...(mode === 'evaluate' ? [] : [mask]),
    ...(mode === 'clipped' ? [clipNorm] : []),
    ...parameters,
  ]
  const bytes = encodeModel(assemble(proto, graph, analysis, fed, outputs))
  return {
    model: bytes,
    digest: bytesToHex(sha256(bytes)),
    mode,
    batchSize,
    inputs: analysis.inputs.map((input) => ({ ...planOf(input), below: rowsFor(input, analysis) })),
    labels,
    output: planOf(output),
    parameters,
    workingBytesMax: graph.bytes + forwardBytes(analysis),
  }
}

const clipNorm: Value = { name: ports.clipNorm, shape: [], type: 'float32' }

/** The first output of the model is trained; it has to hold one row for each example. */
function trainedOutput({ outputs, steps }: Analysis, loss: LossName): TensorInfo {
  const [output] = outputs
  if (output === undefined) return unsupported('the model has no output')
  const { batch, name, shape, type } = output
  if (batch === null) return unsupported(`output '${name}' does not depend on the data`)
  if (batch.axis !== 0 || batch.outer * batch.inner !== 1 || type !== 'float32') {
    unsupported(`output '${name}' has to be float32 with the batch as its first axis`)
  }
  if (shape.length < 2 && loss === 'softmax-cross-entropy') {
    unsupported(`output '${name}' has no axis of classes`)
  }
  const last = steps.find(({ outputs: made }) => made.some((each) => each.name === name))
  if (last !== undefined && losses[loss].contains.some((op) => op === last.call.op)) {
    last.call.refuse(`the loss ${loss} contains it already: let the model end before it`)
  }
  return output
}

/** min(1, C / norm) for each example that is there, and 0 for padding. */
function clippingWeights(
  graph: GraphBuilder,
  gradients: ReadonlyMap<string, ParameterGradient>,
  mask: Value,
  outputs: Value[],
): Value {
  const squares = [...gradients.values()].map((gradient) => gradient.squaredNorms())
  if (squares.length === 0) unsupported('nothing is left to train')
  const norms = graph.unary(
    'Sqrt',
    squares.reduce((sum, each) => graph.add(sum, each)),
  )
  outputs.push(graph.output(ports.norms, norms))
  const bound = graph.scale(clipNorm, 1 - clipMargin)
  // An example without a gradient has norm 0, and is divided by something else.
  const ratio = graph.div(bound, graph.binary('Max', norms, graph.scalar(1e-30)))
  return graph.mul(mask, graph.binary('Min', ratio, graph.scalar(1)))
}

function perExample(graph: GraphBuilder, value: Value, rank: number): Value {
  return graph.reshape(value, [value.shape[0]!, ...Array.from({ length: rank - 1 }, () => 1)])
}

function assemble(
  proto: ModelProto,
  graph: GraphBuilder,
  analysis: Analysis,
  fed: readonly Value[],
  outputs: readonly Value[],
): ModelProto {
  const describe = ({ name, type, shape }: Value) => describeValue(name, type, shape)
  return {
    ...proto,
    graph: make(graphProto, {
      name: 'training',
      node: [...analysis.steps.map(({ node }) => node), ...graph.nodes],
      initializer: [...analysis.constants, ...graph.initializers],
      input: fed.map(describe),
      output: outputs.map(describe),
    }),
  }
}

function planOf({ name, type, shape }: TensorPlan): TensorPlan {
  return { name, type, shape }
}

function rowsFor({ name, type }: TensorInfo, { steps }: Analysis): number | null {
  if (type === 'float32') return null
  const rows = steps
    .filter(({ call }) => call.op === 'Gather' && call.inputs[1]?.name === name)
    .map(({ call }) => call.inputs[0]!.shape[0]!)
  return rows.length === 0 ? null : Math.min(...rows)
}

function forwardBytes({ steps }: Analysis): number {
  const counts = steps.flatMap(({ outputs }) => outputs.map(({ shape }) => countOf(shape)))
  return counts.reduce((sum, count) => sum + count * 4, 0)
}
