import { unaryOperator } from '../elementwise.ts'

export const tanh = unaryOperator(({ graph }, _, y, cotangent) =>
  graph.mul(cotangent, graph.sub(graph.scalar(1), graph.mul(y, y))),
)
