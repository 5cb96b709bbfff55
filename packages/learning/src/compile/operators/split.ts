import { axisIn, type Call, knownInput, required } from '../call.ts'
import type { Operator } from '../operator.ts'

export const split: Operator = {
  shapes: (call) => {
    const { shape } = required(call, 0)
    const axis = axisOf(call)
    return lengthsOf(call).map((length) => shape.map((size, at) => (at === axis ? length : size)))
  },
  batch: (call) => {
    const { batch } = required(call, 0)
    if (batch!.axis === axisOf(call)) call.refuse('it splits the batch')
    return batch
  },
  flow: ({ graph, call, outputs, cotangent }) =>
    graph.concat(
      outputs.map((_, output) => cotangent(output)),
      axisOf(call),
    ),
}

function lengthsOf(call: Call): readonly number[] {
  const given = knownInput(call, 1)
  if (given !== null) return given
  const size = required(call, 0).shape[axisOf(call)]!
  const length = Math.ceil(size / call.outputCount)
  return Array.from({ length: call.outputCount }, (_, at) => Math.min(length, size - at * length))
}

function axisOf(call: Call): number {
  return axisIn(call, call.attributes.int('axis', 0), required(call, 0).shape.length)
}
