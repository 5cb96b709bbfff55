import type { Tensor } from '../../onnx/tensor.ts'
import type { Call } from '../call.ts'
import type { Operator } from '../operator.ts'

export const constant: Operator = {
  shapes: (call) => [tensorOf(call).shape],
  type: (call) => tensorOf(call).type,
  batch: () => null,
  known: (call) => {
    const { data } = tensorOf(call)
    return data.length <= 1024 ? Array.from(data as ArrayLike<number | bigint>, Number) : null
  },
  flow: null,
}

function tensorOf({ attributes, refuse }: Call): Tensor {
  const tensor = attributes.tensor('value')
  if (tensor !== null) return tensor
  const [int, ints] = [attributes.has('value_int'), attributes.ints('value_ints')]
  if (int) return intTensor([], [attributes.int('value_int', 0)])
  if (ints !== null) return intTensor([ints.length], ints)
  const floats = attributes.floats('value_floats')
  if (floats !== null) return floatTensor([floats.length], floats)
  if (attributes.has('value_float')) return floatTensor([], [attributes.float('value_float', 0)])
  return refuse('a constant that is neither numbers nor a tensor is not supported')
}

function intTensor(shape: readonly number[], values: readonly number[]): Tensor {
  return { type: 'int64', shape, data: BigInt64Array.from(values, BigInt) }
}

function floatTensor(shape: readonly number[], values: readonly number[]): Tensor {
  return { type: 'float32', shape, data: Float32Array.from(values) }
}
