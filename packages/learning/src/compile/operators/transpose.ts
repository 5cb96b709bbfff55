import { movedTo } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import type { Operator } from '../operator.ts'

export const transpose: Operator = {
  shapes: (call) => [permutationOf(call).map((axis) => required(call, 0).shape[axis]!)],
  batch: (call) => {
    const { batch } = required(call, 0)
    return movedTo(batch!, permutationOf(call).indexOf(batch!.axis))
  },
  view: (call) => ({ kind: 'transpose', permutation: permutationOf(call) }),
  flow: ({ graph, call, cotangent }) => {
    const permutation = permutationOf(call)
    return graph.transpose(
      cotangent(),
      permutation.map((_, axis) => permutation.indexOf(axis)),
    )
  },
}

function permutationOf(call: Call): readonly number[] {
  const axes = [...required(call, 0).shape.keys()]
  const permutation = call.attributes.ints('perm') ?? axes.toReversed()
  if (!axes.every((axis) => permutation.includes(axis)) || permutation.length !== axes.length) {
    call.refuse(`[${permutation.join(', ')}] is not an order of its ${axes.length} axes`)
  }
  return permutation
}
