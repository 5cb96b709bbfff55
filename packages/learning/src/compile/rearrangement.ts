// Operators that only change the shape: the numbers stay in their order.
import { type BatchAxis, reshaped } from './batch-axis.ts'
import { type Call, required } from './call.ts'
import { inputOf } from './elementwise.ts'
import type { Operator } from './operator.ts'

export function rearrangement(shapeOf: (call: Call) => readonly number[]): Operator {
  return {
    shapes: (call) => [shapeOf(call)],
    batch: batchOfReshape,
    known: (call) => required(call, 0).known,
    view: (call) => ({ kind: 'reshape', from: required(call, 0).shape }),
    flow: (back) => back.graph.reshape(back.cotangent(), inputOf(back, 0).shape),
  }
}

function batchOfReshape(call: Call, [to]: readonly (readonly number[])[]): BatchAxis | null {
  const { batch, shape } = required(call, 0)
  const found = reshaped(batch!, shape, to!, call.batchSize)
  return (
    found ??
    call.refuse(
      `from [${shape.join(', ')}] to [${to!.join(', ')}] no axis is left that holds the batch; ` +
        'if the model was exported with a fixed batch, export it with a dynamic batch axis',
    )
  )
}
