import { countOf } from '../../onnx/tensor.ts'
import { leadingBatch } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { GraphBuilder, Value } from '../graph-builder.ts'
import type { Backward, Operator } from '../operator.ts'
import {
  broadcastGradient,
  type ParameterGradient,
  productGradient,
  throughViews,
} from '../parameter-gradient.ts'
import { isSameShape } from '../shapes.ts'
import { isPlain, transposeAttributes, underEachPlace, type Window, windowOf } from '../window.ts'

/** Convolution over one, two or three spatial axes. */
export const conv: Operator = {
  shapes: (call) => {
    const [x, weight] = [required(call, 0).shape, required(call, 1).shape]
    const groups = groupsOf(call)
    if (x[1] !== weight[1]! * groups || weight[0]! % groups !== 0) {
      call.refuse(`${x[1]} channels in ${groups} groups do not fit [${weight.join(', ')}]`)
    }
    const bias = call.inputs[2] ?? null
    if (bias !== null && !isSameShape(bias.shape, [weight[0]!])) {
      call.refuse('its bias has to be a number for each channel')
    }
    return [[x[0]!, weight[0]!, ...windowFor(call).output]]
  },
  batch: leadingBatch,
  flow: (back) => {
    const x = inputOf(back, 0)
    const attributes = transposeAttributes(windowFor(back.call), groupsOf(back.call))
    const inputs = [back.cotangent(), inputOf(back, 1)]
    return back.graph.emit('ConvTranspose', inputs, { shape: x.shape, attributes })
  },
  parameter: (back, input) => (input === 1 ? weightGradient(back) : biasGradient(back)),
}

/** A product over patches: each position of the output saw one patch of the input. */
function weightGradient(back: Backward): ParameterGradient {
  const { graph, call } = back
  const [x, weight] = [inputOf(back, 0), inputOf(back, 1)]
  const [window, groups] = [windowFor(call), groupsOf(call)]
  const count = x.shape[0]!
  const positions = countOf(window.output)
  const rows = weight.shape[0]! / groups
  const cotangent = graph.reshape(back.cotangent(), [count, groups, rows, positions])
  const patches = graph.reshape(patchesOf(graph, x, window), [
    count,
    groups,
    countOf(weight.shape.slice(1)),
    positions,
  ])
  const { inner } = x.batch!
  const gradient = productGradient(
    graph,
    positionsFirst(graph, cotangent, inner),
    positionsFirst(graph, patches, inner),
  )
  return throughViews(graph, gradient, [{ kind: 'reshape', from: weight.shape }])
}

function biasGradient(back: Backward): ParameterGradient {
  const { graph } = back
  const { shape } = inputOf(back, 2)
  const spatial = windowFor(back.call).output
  const { batch } = inputOf(back, 0)
  const aligned = [...shape, ...spatial.map(() => 1)]
  const gradient = broadcastGradient(graph, back.cotangent(), batch!, aligned)
  return throughViews(graph, gradient, [{ kind: 'reshape', from: shape }])
}

/** [n, channels, places, positions] */
function patchesOf(graph: GraphBuilder, x: Value, window: Window): Value {
  const [count, channels] = x.shape as [number, number]
  const positions = countOf(window.output)
  if (isPlain(window)) return graph.reshape(x, [count, channels, 1, positions])
  const pieces = underEachPlace(graph, x, window).map((piece) =>
    graph.reshape(piece, [count, channels, 1, positions]),
  )
  return graph.concat(pieces, 2)
}

/** From [batch * inner, groups, width, positions] to [batch, groups, inner * positions, width]. */
function positionsFirst(graph: GraphBuilder, value: Value, inner: number): Value {
  const [count, groups, width, positions] = value.shape as [number, number, number, number]
  if (inner === 1) return graph.flip(value)
  const split = graph.reshape(value, [count / inner, inner, groups, width, positions])
  const moved = graph.transpose(split, [0, 2, 1, 4, 3])
  return graph.reshape(moved, [count / inner, groups, inner * positions, width])
}

function windowFor(call: Call): Window {
  return windowOf(call, required(call, 1).shape.slice(2))
}

function groupsOf(call: Call): number {
  return call.attributes.int('group', 1)
}
