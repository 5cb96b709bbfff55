import { countOf } from '../../onnx/tensor.ts'
import { leadingBatch } from '../batch-axis.ts'
import { required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Operator } from '../operator.ts'

export const globalAveragePool: Operator = {
  shapes: (call) => {
    const { shape } = required(call, 0)
    return [shape.map((size, axis) => (axis < 2 ? size : 1))]
  },
  batch: leadingBatch,
  flow: (back) => {
    const { shape } = inputOf(back, 0)
    return back.graph.expand(back.graph.scale(back.cotangent(), 1 / countOf(shape.slice(2))), shape)
  },
}
