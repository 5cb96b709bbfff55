import { binaryOperator, inputOf } from '../elementwise.ts'

export const mul = binaryOperator(
  (back, input) => back.graph.mul(back.cotangent(), inputOf(back, 1 - input)),
  (one, other) => one * other,
)
