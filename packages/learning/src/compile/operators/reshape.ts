import { countOf } from '../../onnx/tensor.ts'
import { knownInput, required } from '../call.ts'
import { rearrangement } from '../rearrangement.ts'
import { completed } from '../shapes.ts'

export const reshape = rearrangement((call) => {
  const { shape } = required(call, 0)
  const keepsZero = call.attributes.int('allowzero', 0) === 1
  const wanted = (knownInput(call, 1) ?? []).map((size, axis) =>
    size === 0 && !keepsZero ? (shape[axis] ?? 0) : size,
  )
  return completed(call, wanted, countOf(shape))
})
