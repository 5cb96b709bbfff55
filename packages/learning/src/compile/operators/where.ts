import { elementwiseBatch } from '../batch-axis.ts'
import { required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Operator } from '../operator.ts'
import { broadcastOfInputs } from '../shapes.ts'

export const where: Operator = {
  takesDataAnywhere: true,
  shapes: broadcastOfInputs,
  type: (call) => required(call, 1).type,
  batch: elementwiseBatch,
  known: (call, [shape]) => {
    const [condition, one, other] = call.inputs.map((input) => input?.known ?? null)
    if (condition == null || one == null || other == null || shape!.length > 1) return null
    const at = (list: readonly number[], index: number) => list[list.length === 1 ? 0 : index]!
    return Array.from({ length: shape![0] ?? 1 }, (_, index) =>
      at(condition, index) === 0 ? at(other, index) : at(one, index),
    )
  },
  flow: (back, input) => {
    const { graph } = back
    const isChosen = graph.cast(inputOf(back, 0), 'float32')
    const share = input === 1 ? isChosen : graph.sub(graph.scalar(1), isChosen)
    return graph.unbroadcast(graph.mul(back.cotangent(), share), inputOf(back, input).shape)
  },
}
