import { axesOf, type Call, knownInput, required } from '../call.ts'
import type { Operator } from '../operator.ts'

export const pad: Operator = {
  shapes: (call) => {
    const mode = call.attributes.text('mode', 'constant')
    if (mode !== 'constant') call.refuse(`mode '${mode}' is not supported: pad with a constant`)
    const [before, after] = padsOf(call)
    return [required(call, 0).shape.map((size, axis) => size + before[axis]! + after[axis]!)]
  },
  batch: (call) => {
    const { batch } = required(call, 0)
    const [before, after] = padsOf(call)
    if (before[batch!.axis] !== 0 || after[batch!.axis] !== 0) call.refuse('it pads the batch')
    return batch
  },
  flow: ({ graph, call, cotangent }) => {
    const [before, after] = padsOf(call)
    return graph.pad(
      cotangent(),
      before.map((count) => -count),
      after.map((count) => -count),
    )
  },
}

function padsOf(call: Call): readonly [readonly number[], readonly number[]] {
  const rank = required(call, 0).shape.length
  const pads = knownInput(call, 1) ?? []
  const axes = axesOf(call, 3, rank) ?? Array.from({ length: rank }, (_, axis) => axis)
  const each = (list: readonly number[]) =>
    Array.from({ length: rank }, (_, axis) => list[axes.indexOf(axis)] ?? 0)
  return [each(pads.slice(0, axes.length)), each(pads.slice(axes.length))]
}
