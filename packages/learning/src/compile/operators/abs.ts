import { unaryOperator } from '../elementwise.ts'

export const abs = unaryOperator(({ graph }, x, _, cotangent) =>
  graph.mul(cotangent, graph.unary('Sign', x)),
)
