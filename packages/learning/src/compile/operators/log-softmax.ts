import type { Operator } from '../operator.ts'
import { shapeOfFirst } from '../shapes.ts'
import { batchBesideAxis, softmaxAxis } from './softmax.ts'

export const logSoftmax: Operator = {
  shapes: shapeOfFirst,
  batch: batchBesideAxis,
  flow: ({ graph, call, outputs, cotangent }) => {
    const total = graph.sum(cotangent(), [softmaxAxis(call)], true)
    return graph.sub(cotangent(), graph.mul(graph.unary('Exp', outputs[0]!), total))
  },
}
