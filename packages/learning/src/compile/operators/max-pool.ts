import { leadingBatch } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { GraphBuilder, Value } from '../graph-builder.ts'
import type { Operator } from '../operator.ts'
import { spread, underEachPlace, type Window, windowOf } from '../window.ts'

/** Equal maxima of a window share its cotangent. */
export const maxPool: Operator = {
  shapes: (call) => {
    if (call.outputCount > 1) call.refuse('its second output, the indices, is not supported')
    return [[...required(call, 0).shape.slice(0, 2), ...windowFor(call).output]]
  },
  batch: leadingBatch,
  flow: (back) => {
    const { graph, call } = back
    const [x, y, window] = [inputOf(back, 0), back.outputs[0]!, windowFor(call)]
    const isTiled = isSquareTiling(window)
    return (isTiled ? tiledBack : overlappingBack)(graph, x, y, back.cotangent(), window)
  },
}

function windowFor(call: Call): Window {
  return windowOf(call, call.attributes.ints('kernel_shape') ?? [])
}

/** Windows that tile the input exactly: every element is in one, which SpaceToDepth sorts. */
function isSquareTiling({ kernel, strides, dilations, input, output }: Window): boolean {
  return (
    kernel.length === 2 &&
    kernel[0] === kernel[1] &&
    dilations.every((dilation) => dilation === 1) &&
    kernel.every((size, axis) => strides[axis] === size && output[axis]! * size === input[axis])
  )
}

function tiledBack(
  graph: GraphBuilder,
  x: Value,
  y: Value,
  cotangent: Value,
  { kernel, output }: Window,
): Value {
  const [count, channels] = x.shape as [number, number]
  const size = kernel[0]!
  const [places, inner] = [size * size, [channels, ...output]]
  const attributes = { blocksize: size }
  const deep = [count, places * channels, ...output]
  const sorted = graph.emit('SpaceToDepth', [x], { shape: deep, attributes })
  const tiles = graph.reshape(sorted, [count, places, ...inner])
  const isMaximum = graph.indicator('Equal', tiles, graph.reshape(y, [count, 1, ...inner]))
  const share = graph.div(
    graph.reshape(cotangent, [count, 1, ...inner]),
    graph.sum(isMaximum, [1], true),
  )
  const spreadOut = graph.reshape(graph.mul(isMaximum, share), deep)
  return graph.emit('DepthToSpace', [spreadOut], { shape: x.shape, attributes })
}

function overlappingBack(
  graph: GraphBuilder,
  x: Value,
  y: Value,
  cotangent: Value,
  window: Window,
): Value {
  const [count, channels] = x.shape as [number, number]
  const lone = [count * channels, 1, ...window.output]
  const lowest = -3.4028234663852886e38
  const pieces = underEachPlace(graph, x, window, lowest).map((piece) => graph.reshape(piece, lone))
  const places = graph.concat(pieces, 1)
  const isMaximum = graph.indicator('Equal', places, graph.reshape(y, lone))
  const share = graph.div(graph.reshape(cotangent, lone), graph.sum(isMaximum, [1], true))
  const each = graph.mul(isMaximum, share)
  const identity = Array.from({ length: pieces.length ** 2 }, (_, at) =>
    at % (pieces.length + 1) === 0 ? 1 : 0,
  )
  const kernel = graph.floats([pieces.length, 1, ...window.kernel], identity)
  return graph.reshape(spread(graph, each, kernel, window), x.shape)
}
