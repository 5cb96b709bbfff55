import { elementTypeOf } from '../../onnx/tensor.ts'
import { elementwiseBatch } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import type { Operator } from '../operator.ts'
import { shapeOfFirst } from '../shapes.ts'

export const cast: Operator = {
  shapes: shapeOfFirst,
  type: typeOf,
  batch: elementwiseBatch,
  known: (call) => {
    const known = required(call, 0).known
    return typeOf(call) === 'float32' ? known : (known?.map(Math.trunc) ?? null)
  },
  flow: ({ call, cotangent }) => {
    if (typeOf(call) !== 'float32') call.refuse('a trained value is cast away from float32')
    return cotangent()
  },
}

function typeOf(call: Call) {
  return elementTypeOf(call.attributes.int('to', 1), `the result of node '${call.name}'`)
}
