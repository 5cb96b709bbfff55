import { countOf } from '../../onnx/tensor.ts'
import { required } from '../call.ts'
import { rearrangement } from '../rearrangement.ts'

export const flatten = rearrangement((call) => {
  const { shape } = required(call, 0)
  const axis = call.attributes.int('axis', 1)
  const at = axis < 0 ? axis + shape.length : axis
  return [countOf(shape.slice(0, at)), countOf(shape.slice(at))]
})
