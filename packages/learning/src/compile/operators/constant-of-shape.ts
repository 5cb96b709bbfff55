import { countOf } from '../../onnx/tensor.ts'
import { knownInput } from '../call.ts'
import type { Operator } from '../operator.ts'

export const constantOfShape: Operator = {
  shapes: (call) => [knownInput(call, 0) ?? []],
  type: (call) => call.attributes.tensor('value')?.type ?? 'float32',
  batch: () => null,
  known: (call, [shape]) => {
    const filler = Number(call.attributes.tensor('value')?.data[0] ?? 0)
    const count = countOf(shape!)
    return count <= 1024 ? Array.from({ length: count }, () => filler) : null
  },
  flow: null,
}
