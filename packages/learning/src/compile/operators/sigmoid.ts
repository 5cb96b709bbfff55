import { unaryOperator } from '../elementwise.ts'

export const sigmoid = unaryOperator(({ graph }, _, y, cotangent) =>
  graph.mul(cotangent, graph.mul(y, graph.sub(graph.scalar(1), y))),
)
