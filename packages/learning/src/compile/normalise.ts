// The normalisations differ only in what is averaged.
import type { GraphBuilder, Value } from './graph-builder.ts'

export interface Normalised {
  /** (x - mean) / deviation */
  readonly value: Value
  /** 1 / deviation */
  readonly inverse: Value
}

export function normalise(
  graph: GraphBuilder,
  x: Value,
  axes: readonly number[],
  epsilon: number,
): Normalised {
  const centred = graph.sub(x, graph.mean(x, axes, true))
  const variance = graph.mean(graph.mul(centred, centred), axes, true)
  const deviation = graph.unary('Sqrt', graph.add(variance, graph.scalar(epsilon)))
  const inverse = graph.unary('Reciprocal', deviation)
  return { value: graph.mul(centred, inverse), inverse }
}

/** The cotangent of x from that of the normalised value. */
export function normaliseBack(
  graph: GraphBuilder,
  { value, inverse }: Normalised,
  cotangent: Value,
  axes: readonly number[],
): Value {
  const mean = graph.mean(cotangent, axes, true)
  const slope = graph.mean(graph.mul(cotangent, value), axes, true)
  const centred = graph.sub(graph.sub(cotangent, mean), graph.mul(value, slope))
  return graph.mul(inverse, centred)
}
