import { binaryOperator } from '../elementwise.ts'
import type { Operator } from '../operator.ts'

export const equal: Operator = {
  ...binaryOperator(
    (back) => back.cotangent(),
    (one, other) => (one === other ? 1 : 0),
  ),
  type: () => 'bool',
  flow: null,
}
