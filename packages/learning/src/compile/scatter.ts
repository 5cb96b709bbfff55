import type { Value } from './graph-builder.ts'
import type { Backward } from './operator.ts'

/**
 * Puts slices of `value` back to where they were taken from along an axis, zeros elsewhere. A slice
 * that was taken twice adds up.
 */
export function putBack(
  { graph, call }: Backward,
  value: Value,
  axis: number,
  indices: readonly number[],
  size: number,
): Value {
  const first = indices[0] ?? 0
  const rank = value.shape.length
  if (indices.every((index, at) => index === first + at)) {
    const at = (count: number) => value.shape.map((_, each) => (each === axis ? count : 0))
    return graph.pad(value, at(first), at(size - first - indices.length))
  }
  if (indices.length * size > 2 ** 24) call.refuse('it picks too many slices one by one')
  const places = indices.flatMap((index) =>
    Array.from({ length: size }, (_, place) => (place === index ? 1 : 0)),
  )
  const last = [...value.shape.keys()].filter((each) => each !== axis)
  const moved = graph.transpose(value, [...last, axis])
  const spread = graph.matmul(
    rank === 1 ? graph.reshape(moved, [1, indices.length]) : moved,
    graph.floats([indices.length, size], places),
  )
  if (rank === 1) return graph.reshape(spread, [size])
  const back = [...value.shape.keys()].map((each) =>
    each === axis ? rank - 1 : last.indexOf(each),
  )
  return graph.transpose(spread, back)
}
