import { binaryOperator } from '../elementwise.ts'

export const add = binaryOperator(
  (back) => back.cotangent(),
  (one, other) => one + other,
)
