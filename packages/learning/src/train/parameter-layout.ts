// All parameters of a model as one array: what is trained, noised, sent and averaged.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { ParameterPlan } from '../compile/compile.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { countOf, readTensor, type Shape, writeTensor } from '../onnx/tensor.ts'

export interface ParameterPlace {
  readonly name: string
  readonly shape: Shape
  readonly offset: number
  readonly length: number
}

/** In the order of the model's initializers. */
export type ParameterLayout = readonly ParameterPlace[]

export function layoutOf(parameters: readonly ParameterPlan[]): ParameterLayout {
  let offset = 0
  return parameters.map(({ name, shape }) => {
    const length = countOf(shape)
    const place = { name, shape, offset, length }
    offset += length
    return place
  })
}

export function sizeOf(layout: ParameterLayout): number {
  return layout.reduce((sum, { length }) => sum + length, 0)
}

/** The part of an array that belongs to a parameter; a view. */
export function viewOf(all: Float32Array, layout: ParameterLayout, name: string): Float32Array {
  const place = layout.find((each) => each.name === name)!
  return all.subarray(place.offset, place.offset + place.length)
}

/** The weights that a model comes with. */
export function weightsOf(model: ModelProto, layout: ParameterLayout): Float32Array {
  const weights = new Float32Array(sizeOf(layout))
  for (const proto of model.graph?.initializer ?? []) {
    if (!layout.some(({ name }) => name === proto.name)) continue
    viewOf(weights, layout, proto.name!).set(readTensor(proto).data as Float32Array)
  }
  return weights
}

/** The model with other weights: what any ONNX runtime runs. */
export function withWeights(
  model: ModelProto,
  layout: ParameterLayout,
  weights: Float32Array,
): Outcome<ModelProto> {
  if (weights.length !== sizeOf(layout)) {
    return refuse('INVALID', `${weights.length} weights for a model of ${sizeOf(layout)}`)
  }
  const { graph } = model
  if (graph === undefined) return refuse('MODEL_INVALID', 'the model has no graph')
  const initializer = graph.initializer.map((proto) => {
    const place = layout.find(({ name }) => name === proto.name)
    if (place === undefined) return proto
    const data = viewOf(weights, layout, place.name)
    return writeTensor(place.name, { type: 'float32', shape: place.shape, data })
  })
  return pass({ ...model, graph: { ...graph, initializer } })
}
