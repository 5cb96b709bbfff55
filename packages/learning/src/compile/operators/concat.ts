import { type BatchAxis, elementwiseBatch } from '../batch-axis.ts'
import { axisIn, type Call, required } from '../call.ts'
import { broadcastParameter } from '../elementwise.ts'
import type { Value } from '../graph-builder.ts'
import type { Backward, Operator } from '../operator.ts'

export const concat: Operator = {
  takesDataAnywhere: true,
  shapes: (call) => {
    const [axis, first] = [axisOf(call), required(call, 0).shape]
    const sizes = call.inputs.map((_, input) => required(call, input).shape)
    const fits = sizes.every((shape) =>
      shape.every((size, at) => at === axis || size === first[at]),
    )
    if (!fits) call.refuse('its inputs differ in more than the axis they are joined along')
    const length = sizes.reduce((sum, shape) => sum + shape[axis]!, 0)
    return [first.map((size, at) => (at === axis ? length : size))]
  },
  batch: batchOfConcat,
  known: (call, [shape]) => {
    if (shape!.length !== 1) return null
    const parts = call.inputs.map((input) => input?.known ?? null)
    return parts.every((part) => part !== null) ? parts.flat() : null
  },
  flow: partOf,
  parameter: (back, input) => broadcastParameter(back, input, partOf(back, input)),
}

function batchOfConcat(call: Call, shapes: readonly (readonly number[])[]): BatchAxis | null {
  const batch = elementwiseBatch(call, shapes)
  if (batch?.axis === axisOf(call)) call.refuse('it joins along the batch and mixes examples')
  return batch
}

function partOf({ graph, call, cotangent }: Backward, input: number): Value {
  const axis = axisOf(call)
  const lengths = call.inputs.map((_, at) => required(call, at).shape[axis]!)
  const start = lengths.slice(0, input).reduce((sum, length) => sum + length, 0)
  return graph.slice(cotangent(), [axis], [start], [start + lengths[input]!])
}

function axisOf(call: Call): number {
  return axisIn(call, call.attributes.int('axis', 0), required(call, 0).shape.length)
}
