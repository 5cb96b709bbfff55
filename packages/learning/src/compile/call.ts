// One node of the model as the operators see it.
import type { Attributes } from '../onnx/attributes.ts'
import type { Shape } from '../onnx/tensor.ts'
import type { BatchAxis } from './batch-axis.ts'
import type { Value } from './graph-builder.ts'

/** What a parameter went through on its way; each step keeps the norm of its gradient. */
export type ViewStep =
  | { readonly kind: 'reshape'; readonly from: Shape }
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }

/** A parameter, or a rearrangement of one that holds the same numbers. */
export interface ParameterView {
  readonly parameter: string
  readonly steps: readonly ViewStep[]
}

export interface TensorInfo extends Value {
  /** The elements of a small tensor that is the same in every run: sizes, axes, bounds. */
  readonly known: readonly number[] | null
  /** Null for what does not depend on the data. */
  readonly batch: BatchAxis | null
  readonly view: ParameterView | null
  /** Depends on the data and on a parameter, so that a cotangent has somewhere to go. */
  readonly isTrained: boolean
}

export interface Call {
  readonly op: string
  readonly name: string
  readonly opset: number
  readonly batchSize: number
  readonly attributes: Attributes
  /** Null where an optional input is left out. */
  readonly inputs: readonly (TensorInfo | null)[]
  readonly outputCount: number
  /** Refuses the model, naming this node. */
  refuse(reason: string): never
}

/** An input that the operator cannot do without. */
export function required(call: Call, index: number): TensorInfo {
  const input = call.inputs[index]
  return input ?? call.refuse(`its input ${index} is missing`)
}

/** The elements of an input that has to be the same in every run, or null when it is left out. */
export function knownInput(call: Call, index: number): readonly number[] | null {
  const input = call.inputs[index] ?? null
  if (input === null) return null
  return input.known ?? call.refuse(`its input '${input.name}' has to be a constant`)
}

/** Axes of an attribute, or of an input since they became one. */
export function axesOf(call: Call, index: number, rank: number): readonly number[] | null {
  const axes = call.attributes.ints('axes') ?? knownInput(call, index)
  return axes?.map((axis) => axisIn(call, axis, rank)) ?? null
}

export function axisIn(call: Call, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (positive < 0 || positive >= rank) call.refuse(`axis ${axis} does not exist in rank ${rank}`)
  return positive
}
