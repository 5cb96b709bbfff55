import { inputOf } from '../elementwise.ts'
import type { Operator } from '../operator.ts'
import { shapeOfFirst } from '../shapes.ts'

export const clip: Operator = {
  shapes: shapeOfFirst,
  batch: (call) => call.inputs[0]!.batch,
  flow: (back) => {
    const { graph } = back
    const isWithin = graph.indicator('Equal', inputOf(back, 0), back.outputs[0]!)
    return graph.mul(back.cotangent(), isWithin)
  },
}
