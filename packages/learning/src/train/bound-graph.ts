// A training graph with arrays for everything it takes and gives.
import type { TensorPlan, TrainingGraph } from '../compile/compile.ts'
import { ports } from '../compile/compile.ts'
import { countOf, type Elements, type ElementType, elementsFor } from '../onnx/tensor.ts'
import type { Executor, Feed, Fetch, OpenExecutor } from './executor.ts'
import { type ParameterLayout, viewOf } from './parameter-layout.ts'

export interface BoundGraph {
  readonly graph: TrainingGraph
  readonly executor: Executor
  /** By name of the input, in the order of the model. */
  readonly inputs: Readonly<Record<string, Elements[ElementType]>>
  readonly labels: Elements[ElementType]
  /** 1 for each example that is there. */
  readonly mask: Float32Array
  readonly clipNorm: Float32Array
  /** Empty when evaluating. */
  readonly gradients: Float32Array
  readonly losses: Float32Array
  /** Only of a clipped graph. */
  readonly norms: Float32Array
  /** Only when evaluating. */
  readonly output: Float32Array
  close(): Promise<void>
}

/** Loads a graph on the weights given, which may change between runs. */
export async function bindGraph(
  graph: TrainingGraph,
  layout: ParameterLayout,
  weights: Float32Array,
  open: OpenExecutor,
): Promise<BoundGraph> {
  const { batchSize, mode } = graph
  const inputs = Object.fromEntries(
    graph.inputs.map(({ name, type, shape }) => [name, elementsFor(type, countOf(shape))]),
  )
  const labels = elementsFor(graph.labels.type, countOf(graph.labels.shape))
  const mask = new Float32Array(batchSize)
  const clipNorm = new Float32Array(1)
  const gradients = new Float32Array(mode === 'evaluate' ? 0 : weights.length)
  const losses = new Float32Array(batchSize)
  const norms = new Float32Array(mode === 'clipped' ? batchSize : 0)
  const output = new Float32Array(mode === 'evaluate' ? countOf(graph.output.shape) : 0)
  const feedOf = ({ type, shape }: TensorPlan, data: Elements[ElementType]): Feed => ({
    type,
    shape,
    data,
  })
  const feeds = {
    ...Object.fromEntries(
      graph.inputs.map((plan) => [plan.name, feedOf(plan, inputs[plan.name]!)]),
    ),
    [ports.labels]: feedOf(graph.labels, labels),
    ...(mode === 'evaluate' ? {} : { [ports.mask]: lineOf(mask) }),
    ...(mode === 'clipped' ? { [ports.clipNorm]: { ...lineOf(clipNorm), shape: [] } } : {}),
    ...Object.fromEntries(
      layout.map(({ name, shape, offset, length }) => [
        name,
        { type: 'float32' as const, shape, data: weights.subarray(offset, offset + length) },
      ]),
    ),
  }
  const fetches: Record<string, Fetch> = { [ports.losses]: lineOf(losses) }
  if (mode === 'clipped') fetches[ports.norms] = lineOf(norms)
  if (mode === 'evaluate') fetches[graph.output.name] = { shape: graph.output.shape, data: output }
  else {
    for (const { gradient, name, shape } of graph.parameters) {
      fetches[gradient] = { shape, data: viewOf(gradients, layout, name) }
    }
  }
  const executor = await open(graph.model, feeds, fetches)
  const arrays = { inputs, labels, mask, clipNorm, gradients, losses, norms, output }
  return { graph, executor, ...arrays, close: () => executor.close() }
}

function lineOf(data: Float32Array) {
  return { type: 'float32' as const, shape: [data.length], data }
}
