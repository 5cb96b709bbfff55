import { leadingBatch } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Value } from '../graph-builder.ts'
import { normalise, normaliseBack } from '../normalise.ts'
import type { Backward, Operator } from '../operator.ts'
import { broadcastGradient, throughViews } from '../parameter-gradient.ts'
import { shapeOfFirst } from '../shapes.ts'

export const groupNormalization: Operator = groupedNormalization((call) =>
  call.attributes.int('num_groups', 1),
)

/**
 * Normalises each example in groups of channels: one group per channel is instance normalisation.
 */
export function groupedNormalization(groupsOf: (call: Call) => number): Operator {
  return {
    shapes: (call) => {
      const [channels, groups] = [required(call, 0).shape[1]!, groupsOf(call)]
      if (channels % groups !== 0) call.refuse(`${channels} channels in ${groups} groups`)
      for (const input of [1, 2]) {
        const [count, ...rest] = required(call, input).shape
        if (rest.length > 0 || (count !== groups && count !== channels)) {
          call.refuse('its scale and bias have to be a number for each group or channel')
        }
      }
      return shapeOfFirst(call)
    },
    batch: leadingBatch,
    flow: (back) => {
      const { graph } = back
      const { shape } = inputOf(back, 0)
      const groups = groupsOf(back.call)
      const aligned = alignedShape(back, 1, groups)
      const split = splitChannels(back, back.cotangent(), 1, groups)
      const scaled = graph.mul(split, graph.reshape(inputOf(back, 1), aligned))
      const flat = graph.reshape(scaled, groupedShape(shape, groups))
      const result = normaliseBack(graph, normalised(back, groups), flat, [2])
      return graph.reshape(result, shape)
    },
    parameter: (back, input) => {
      const { graph } = back
      const { shape } = inputOf(back, 0)
      const groups = groupsOf(back.call)
      const value = graph.reshape(normalised(back, groups).value, shape)
      const full = input === 1 ? graph.mul(back.cotangent(), value) : back.cotangent()
      const aligned = alignedShape(back, input, groups)
      const split = splitChannels(back, full, input, groups)
      const gradient = broadcastGradient(graph, split, back.outputs[0]!.batch!, aligned)
      return throughViews(graph, gradient, [{ kind: 'reshape', from: inputOf(back, input).shape }])
    },
  }
}

function normalised(back: Backward, groups: number) {
  const x = inputOf(back, 0)
  const epsilon = back.call.attributes.float('epsilon', 1e-5)
  return back.once('normalised', () => {
    const grouped = back.graph.reshape(x, groupedShape(x.shape, groups))
    return normalise(back.graph, grouped, [2], epsilon)
  })
}

function groupedShape(shape: readonly number[], groups: number): readonly number[] {
  const [count, ...rest] = shape
  return [count!, groups, rest.reduce((product, size) => product * size, 1) / groups]
}

/** Before operator set 21 there is a scale for each group, since then for each channel. */
function isPerGroup(back: Backward, input: number, groups: number): boolean {
  const count = inputOf(back, input).shape[0]!
  return count === groups && count !== inputOf(back, 0).shape[1]
}

function splitChannels(back: Backward, value: Value, input: number, groups: number): Value {
  if (!isPerGroup(back, input, groups)) return value
  const [count, channels, ...spatial] = value.shape
  return back.graph.reshape(value, [count!, groups, channels! / groups, ...spatial])
}

function alignedShape(back: Backward, input: number, groups: number): readonly number[] {
  const ones = inputOf(back, 0)
    .shape.slice(2)
    .map(() => 1)
  const count = inputOf(back, input).shape[0]!
  return isPerGroup(back, input, groups) ? [count, 1, ...ones] : [count, ...ones]
}
