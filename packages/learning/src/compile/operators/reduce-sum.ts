import { type BatchAxis, movedTo } from '../batch-axis.ts'
import { axesOf, type Call, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Value } from '../graph-builder.ts'
import type { Backward, Operator } from '../operator.ts'

export const reduceSum: Operator = {
  shapes: (call) => [reducedShape(call)],
  batch: batchOfReduction,
  flow: (back) => spreadBack(back, 1),
}

export function reducedAxes(call: Call): readonly number[] {
  const rank = required(call, 0).shape.length
  const axes = axesOf(call, 1, rank)
  if (axes !== null && axes.length > 0) return axes
  const isNothing = call.attributes.int('noop_with_empty_axes', 0) === 1
  return isNothing ? [] : Array.from({ length: rank }, (_, axis) => axis)
}

export function reducedShape(call: Call): readonly number[] {
  const axes = reducedAxes(call)
  const keeps = call.attributes.int('keepdims', 1) === 1
  return required(call, 0).shape.flatMap((size, axis) => {
    if (!axes.includes(axis)) return [size]
    return keeps ? [1] : []
  })
}

export function batchOfReduction(call: Call): BatchAxis | null {
  const { batch } = required(call, 0)
  const axes = reducedAxes(call)
  if (axes.includes(batch!.axis)) call.refuse('it reduces over the batch and mixes examples')
  if (call.attributes.int('keepdims', 1) === 1) return batch
  return movedTo(batch!, batch!.axis - axes.filter((axis) => axis < batch!.axis).length)
}

/** Every element that went into a sum gets its cotangent, times a factor. */
export function spreadBack(back: Backward, factor: number): Value {
  const { graph, call } = back
  const { shape } = inputOf(back, 0)
  const axes = reducedAxes(call)
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  return graph.expand(graph.reshape(graph.scale(back.cotangent(), factor), kept), shape)
}
