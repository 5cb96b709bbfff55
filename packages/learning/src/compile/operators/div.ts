import { binaryOperator, inputOf } from '../elementwise.ts'

export const div = binaryOperator(
  (back, input) => {
    const { graph } = back
    const quotient = graph.div(back.cotangent(), inputOf(back, 1))
    return input === 0 ? quotient : graph.scale(graph.mul(quotient, back.outputs[0]!), -1)
  },
  (one, other) => one / other,
)
