import { unaryOperator } from '../elementwise.ts'

export const reciprocal = unaryOperator(({ graph }, _, y, cotangent) =>
  graph.mul(graph.scale(cotangent, -1), graph.mul(y, y)),
)
