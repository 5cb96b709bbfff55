import { inputOf } from '../elementwise.ts'
import type { Operator } from '../operator.ts'
import { batchOfReduction, reducedAxes, reducedShape, spreadBack } from './reduce-sum.ts'

export const reduceMean: Operator = {
  shapes: (call) => [reducedShape(call)],
  batch: batchOfReduction,
  flow: (back) => {
    const { shape } = inputOf(back, 0)
    const count = reducedAxes(back.call).reduce((product, axis) => product * shape[axis]!, 1)
    return spreadBack(back, 1 / count)
  },
}
