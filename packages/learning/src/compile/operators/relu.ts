import { unaryOperator } from '../elementwise.ts'

export const relu = unaryOperator(({ graph }, x, _, cotangent) =>
  graph.mul(cotangent, graph.indicator('Greater', x, graph.scalar(0))),
)
