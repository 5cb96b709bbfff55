// What the graph has to know of one use of a parameter: each example's gradient, its squared norm,
// and sums over the batch. Norms come from activations and cotangents as they are ("book-keeping"
// ghost clipping, Bu et al. 2022), so that no second backward pass is made.
import { countOf, type Shape } from '../onnx/tensor.ts'
import type { BatchAxis } from './batch-axis.ts'
import type { ViewStep } from './call.ts'
import type { GraphBuilder, Value } from './graph-builder.ts'

/** How norms are come by. */
export type NormMethod = 'rank-one' | 'gram' | 'per-example' | 'equality-gram'

export interface ParameterGradient {
  readonly method: NormMethod
  readonly shape: Shape
  /** Each example's gradient: [batch, ...shape]. */
  perExample(): Value
  /** Each example's squared norm: [batch]. */
  squaredNorms(): Value
  /** The sum over the batch, weighted by [batch] unless null. */
  sum(weights: Value | null): Value
}

/** The batch as first axis, and what it was merged with behind it: [batch, outer * inner, ...]. */
export function byExample(
  graph: GraphBuilder,
  value: Value,
  { axis, outer, inner }: BatchAxis,
): Value {
  const before = value.shape.slice(0, axis)
  const after = value.shape.slice(axis + 1)
  const size = value.shape[axis]! / outer / inner
  const split = graph.reshape(value, [...before, outer, size, inner, ...after])
  const rank = split.shape.length
  const at = before.length + 1
  const rest = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== at)
  // Outer, then inner, then the other axes in their order.
  const merged = [at - 1, at + 1]
  const order = [at, ...merged, ...rest.filter((each) => !merged.includes(each))]
  const moved = graph.transpose(split, order)
  return graph.reshape(moved, [size, outer * inner, ...before, ...after])
}

/** Each example's gradient of a parameter is at hand, [batch, ...shape]. */
export function materialised(
  graph: GraphBuilder,
  shape: Shape,
  perExample: () => Value,
): ParameterGradient {
  const rows = lazily(() => graph.reshape(perExample(), [perExample().shape[0]!, countOf(shape)]))
  return {
    method: 'per-example',
    shape,
    perExample: () => graph.reshape(rows(), [rows().shape[0]!, ...shape]),
    squaredNorms: () => graph.sum(graph.mul(rows(), rows()), [1]),
    sum: (weights) => graph.reshape(weightedRows(graph, rows(), weights), shape),
  }
}

/** A parameter that was broadcast into an elementwise operation; `cotangent` has the full shape. */
export function broadcastGradient(
  graph: GraphBuilder,
  cotangent: Value,
  batch: BatchAxis,
  shape: Shape,
): ParameterGradient {
  const examples = lazily(() => {
    const rank = cotangent.shape.length
    const aligned = [...Array.from({ length: rank - shape.length }, () => 1), ...shape]
    const others = aligned.filter((_, axis) => axis !== batch.axis)
    const split = byExample(graph, cotangent, batch)
    const axes = [1, ...others.flatMap((size, at) => (size === 1 ? [at + 2] : []))]
    return graph.reshape(graph.sum(split, axes), [split.shape[0]!, ...shape])
  })
  return materialised(graph, shape, examples)
}

/**
 * A product of matrices, in groups: each example's gradient is the transpose of `left` times
 * `right`, with left [batch, groups, positions, rows] and right [batch, groups, positions,
 * columns].
 */
export function productGradient(graph: GraphBuilder, left: Value, right: Value): ParameterGradient {
  const [size, groups, positions, rows] = left.shape as [number, number, number, number]
  const columns = right.shape[3]!
  const shape = groups === 1 ? [rows, columns] : [groups, rows, columns]
  const perExample = lazily(() => {
    const each = graph.matmul(graph.flip(left), right)
    return graph.reshape(each, [size, ...shape])
  })
  const method = methodFor(positions, rows, columns)
  if (method === 'per-example') return materialised(graph, shape, perExample)
  return {
    method,
    shape,
    perExample,
    squaredNorms: () => {
      const term = method === 'rank-one' ? square : gram
      const product = graph.mul(term(graph, left), term(graph, right))
      return graph.sum(
        product,
        product.shape.slice(1).map((_, at) => at + 1),
      )
    },
    sum: (weights) => graph.reshape(contracted(graph, left, right, weights), shape),
  }
}

/** Two T x T products cost less than one of rows x columns when 2 T^2 < rows * columns. */
function methodFor(positions: number, rows: number, columns: number): NormMethod {
  if (positions === 1) return 'rank-one'
  return 2 * positions * positions < rows * columns ? 'gram' : 'per-example'
}

function square(graph: GraphBuilder, value: Value): Value {
  return graph.sum(graph.mul(value, value), [2, 3])
}

function gram(graph: GraphBuilder, value: Value): Value {
  return graph.matmul(value, graph.flip(value))
}

/** The sum over batch and positions at once: one matrix product per group. */
function contracted(graph: GraphBuilder, left: Value, right: Value, weights: Value | null): Value {
  const [size, groups, positions, rows] = left.shape as [number, number, number, number]
  const columns = right.shape[3]!
  const scaled = (value: Value) =>
    weights === null ? value : graph.mul(value, graph.reshape(weights, [size, 1, 1, 1]))
  const [one, other] = rows < columns ? [scaled(left), right] : [left, scaled(right)]
  const flat = (value: Value, width: number) => {
    const grouped = graph.transpose(value, [1, 0, 2, 3])
    const shape = [groups, size * positions, width]
    return graph.reshape(grouped, groups === 1 ? shape.slice(1) : shape)
  }
  return graph.matmul(graph.flip(flat(one, rows)), flat(other, columns))
}

/**
 * Rows of a table, looked up by `indices` [batch, positions], with `cotangent` [batch, positions,
 * width]. Two positions of an example meet in the norm where they looked up the same row.
 */
export function lookupGradient(
  graph: GraphBuilder,
  indices: Value,
  cotangent: Value,
  rows: number,
): ParameterGradient {
  const [size, positions, width] = cotangent.shape as [number, number, number]
  const oneHot = lazily(() => {
    const every = graph.ints(Array.from({ length: rows }, (_, row) => row))
    return graph.indicator('Equal', graph.reshape(indices, [size, positions, 1]), every)
  })
  return {
    method: 'equality-gram',
    shape: [rows, width],
    perExample: () => graph.matmul(graph.flip(oneHot()), cotangent),
    squaredNorms: () => {
      const across = graph.reshape(indices, [size, positions, 1])
      const same = graph.indicator('Equal', across, graph.reshape(indices, [size, 1, positions]))
      return graph.sum(graph.mul(same, gram(graph, cotangent)), [1, 2])
    },
    sum: (weights) => {
      const scaled =
        weights === null ? cotangent : graph.mul(cotangent, graph.reshape(weights, [size, 1, 1]))
      const flat = graph.reshape(oneHot(), [size * positions, rows])
      return graph.matmul(graph.flip(flat), graph.reshape(scaled, [size * positions, width]))
    },
  }
}

/** Several uses of one parameter: their gradients add up before a norm is taken. */
export function combined(
  graph: GraphBuilder,
  uses: readonly ParameterGradient[],
): ParameterGradient {
  if (uses.length === 1) return uses[0]!
  const perExample = lazily(() =>
    uses.map((use) => use.perExample()).reduce((sum, each) => graph.add(sum, each)),
  )
  return materialised(graph, uses[0]!.shape, perExample)
}

/** The gradient of the parameter itself, from that of a view of it. */
export function throughViews(
  graph: GraphBuilder,
  gradient: ParameterGradient,
  steps: readonly ViewStep[],
): ParameterGradient {
  let current = gradient
  for (const step of steps.toReversed()) current = throughView(graph, current, step)
  return current
}

function throughView(
  graph: GraphBuilder,
  gradient: ParameterGradient,
  step: ViewStep,
): ParameterGradient {
  if (step.kind === 'reshape') {
    return {
      ...gradient,
      shape: step.from,
      perExample: () => {
        const each = gradient.perExample()
        return graph.reshape(each, [each.shape[0]!, ...step.from])
      },
      sum: (weights) => graph.reshape(gradient.sum(weights), step.from),
    }
  }
  const back = step.permutation.map((_, axis) => step.permutation.indexOf(axis))
  return {
    ...gradient,
    shape: back.map((axis) => gradient.shape[axis]!),
    perExample: () => graph.transpose(gradient.perExample(), [0, ...back.map((axis) => axis + 1)]),
    sum: (weights) => graph.transpose(gradient.sum(weights), back),
  }
}

function weightedRows(graph: GraphBuilder, rows: Value, weights: Value | null): Value {
  if (weights === null) return graph.sum(rows, [0])
  return graph.matmul(graph.reshape(weights, [1, rows.shape[0]!]), rows)
}

function lazily<T>(work: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: work() }
    return made.value
  }
}
