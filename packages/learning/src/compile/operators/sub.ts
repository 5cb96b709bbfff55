import { binaryOperator } from '../elementwise.ts'

export const sub = binaryOperator(
  (back, input) => back.graph.scale(back.cotangent(), input === 0 ? 1 : -1),
  (one, other) => one - other,
)
