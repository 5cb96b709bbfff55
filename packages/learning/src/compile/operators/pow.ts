import { elementwiseBatch } from '../batch-axis.ts'
import { knownInput } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Operator } from '../operator.ts'
import { broadcastOfInputs } from '../shapes.ts'

export const pow: Operator = {
  shapes: broadcastOfInputs,
  batch: elementwiseBatch,
  flow: (back, input) => {
    const { graph, call } = back
    const [exponent, ...more] = knownInput(call, 1) ?? []
    if (input !== 0 || exponent === undefined || more.length > 0) {
      return call.refuse('its exponent has to be one constant number')
    }
    const x = inputOf(back, 0)
    const power =
      exponent === 2 ? x : graph.emit('Pow', [x, graph.scalar(exponent - 1)], { shape: x.shape })
    return graph.mul(back.cotangent(), graph.scale(power, exponent))
  },
}
