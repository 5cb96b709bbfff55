import { unaryOperator } from '../elementwise.ts'
import type { GraphBuilder, Value } from '../graph-builder.ts'

export const gelu = unaryOperator(({ graph, call }, x, _, cotangent) => {
  const isApproximate = call.attributes.text('approximate', 'none') === 'tanh'
  return graph.mul(cotangent, isApproximate ? slopeByTanh(graph, x) : slope(graph, x))
})

/** Phi(x) + x phi(x). */
function slope(graph: GraphBuilder, x: Value): Value {
  const erf = graph.unary('Erf', graph.scale(x, Math.SQRT1_2))
  const below = graph.scale(graph.add(erf, graph.scalar(1)), 0.5)
  const bell = graph.unary('Exp', graph.scale(graph.mul(x, x), -0.5))
  return graph.add(below, graph.scale(graph.mul(x, bell), 1 / Math.sqrt(2 * Math.PI)))
}

/** With u = a (x + b x^3): (1 + tanh u) / 2 + x (1 - tanh^2 u) u' / 2. */
function slopeByTanh(graph: GraphBuilder, x: Value): Value {
  const [a, b] = [Math.sqrt(2 / Math.PI), 0.044715]
  const one = graph.scalar(1)
  const squared = graph.mul(x, x)
  const inner = graph.mul(x, graph.scale(graph.add(graph.scale(squared, b), one), a))
  const tanh = graph.unary('Tanh', inner)
  const innerSlope = graph.scale(graph.add(graph.scale(squared, 3 * b), one), a)
  const rest = graph.mul(x, graph.mul(graph.sub(one, graph.mul(tanh, tanh)), innerSlope))
  return graph.scale(graph.add(graph.add(one, tanh), rest), 0.5)
}
