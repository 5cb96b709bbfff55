import { elementwiseBatch } from '../batch-axis.ts'
import { knownInput, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Operator } from '../operator.ts'
import { broadcastShapes } from '../shapes.ts'

export const expand: Operator = {
  shapes: (call) => {
    const wanted = knownInput(call, 1) ?? call.refuse('its shape is missing')
    const shape = broadcastShapes(required(call, 0).shape, wanted)
    return [shape ?? call.refuse(`it does not broadcast to [${wanted.join(', ')}]`)]
  },
  batch: (call, shapes) => elementwiseBatch({ ...call, inputs: [call.inputs[0]!] }, shapes),
  flow: (back) => back.graph.unbroadcast(back.cotangent(), inputOf(back, 0).shape),
}
