import { unaryOperator } from '../elementwise.ts'

export const sqrt = unaryOperator(({ graph }, _, y, cotangent) =>
  graph.div(graph.scale(cotangent, 0.5), y),
)
