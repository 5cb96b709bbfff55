import { unaryOperator } from '../elementwise.ts'

export const softplus = unaryOperator(({ graph }, x, _, cotangent) =>
  graph.mul(cotangent, graph.unary('Sigmoid', x)),
)
