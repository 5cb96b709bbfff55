import { unaryOperator } from '../elementwise.ts'

export const erf = unaryOperator(({ graph }, x, _, cotangent) => {
  const bell = graph.unary('Exp', graph.scale(graph.mul(x, x), -1))
  return graph.mul(cotangent, graph.scale(bell, 2 / Math.sqrt(Math.PI)))
})
