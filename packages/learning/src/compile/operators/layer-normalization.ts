import { axisIn, type Call, required } from '../call.ts'
import { broadcastParameter, inputOf } from '../elementwise.ts'
import { normalise, normaliseBack } from '../normalise.ts'
import type { Backward, Operator } from '../operator.ts'
import { broadcastOfInputs, isSameShape } from '../shapes.ts'

export const layerNormalization: Operator = {
  shapes: (call) => {
    if (call.outputCount > 1) call.refuse('its outputs Mean and InvStdDev are not supported')
    const scaled = broadcastOfInputs(call)
    if (!isSameShape(scaled[0]!, required(call, 0).shape)) call.refuse('its scale has other axes')
    return scaled
  },
  batch: (call) => {
    const { batch } = required(call, 0)
    if (batch!.axis >= axisOf(call))
      call.refuse('it normalises over the batch: normalise later axes')
    return batch
  },
  flow: (back) => {
    const { graph } = back
    const scaled = graph.mul(back.cotangent(), inputOf(back, 1))
    return normaliseBack(graph, normalised(back), scaled, averagedAxes(back.call))
  },
  parameter: (back, input) => {
    const cotangent = back.cotangent()
    const isScale = input === 1
    const full = isScale ? back.graph.mul(cotangent, normalised(back).value) : cotangent
    return broadcastParameter(back, input, full)
  },
}

function normalised(back: Backward) {
  const epsilon = back.call.attributes.float('epsilon', 1e-5)
  const axes = averagedAxes(back.call)
  return back.once('normalised', () => normalise(back.graph, inputOf(back, 0), axes, epsilon))
}

function axisOf(call: Call): number {
  return axisIn(call, call.attributes.int('axis', -1), required(call, 0).shape.length)
}

function averagedAxes(call: Call): readonly number[] {
  return [...required(call, 0).shape.keys()].slice(axisOf(call))
}
