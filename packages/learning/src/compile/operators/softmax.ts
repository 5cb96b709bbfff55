import type { BatchAxis } from '../batch-axis.ts'
import { axisIn, type Call, required } from '../call.ts'
import type { Operator } from '../operator.ts'
import { shapeOfFirst } from '../shapes.ts'

export const softmax: Operator = {
  shapes: shapeOfFirst,
  batch: batchBesideAxis,
  flow: ({ graph, call, outputs, cotangent }) => {
    const y = outputs[0]!
    const weighted = graph.mul(cotangent(), y)
    return graph.sub(weighted, graph.mul(y, graph.sum(weighted, [softmaxAxis(call)], true)))
  },
}

export function softmaxAxis(call: Call): number {
  return axisIn(call, call.attributes.int('axis', -1), required(call, 0).shape.length)
}

export function batchBesideAxis(call: Call): BatchAxis | null {
  const { batch } = required(call, 0)
  if (batch?.axis === softmaxAxis(call)) call.refuse('it runs along the batch and mixes examples')
  return batch
}
