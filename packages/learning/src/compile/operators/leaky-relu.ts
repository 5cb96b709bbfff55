import { unaryOperator } from '../elementwise.ts'

export const leakyRelu = unaryOperator(({ graph, call }, x, _, cotangent) => {
  const alpha = call.attributes.float('alpha', 0.01)
  const isPositive = graph.indicator('Greater', x, graph.scalar(0))
  const slope = graph.add(graph.scale(isPositive, 1 - alpha), graph.scalar(alpha))
  return graph.mul(cotangent, slope)
})
