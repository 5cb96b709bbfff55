import { countOf } from '../../onnx/tensor.ts'
import { leadingBatch } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Value } from '../graph-builder.ts'
import type { Backward, Operator } from '../operator.ts'
import { spread, type Window, windowOf } from '../window.ts'

export const averagePool: Operator = {
  shapes: (call) => [[...required(call, 0).shape.slice(0, 2), ...windowFor(call).output]],
  batch: leadingBatch,
  flow: (back) => {
    const { graph } = back
    const [x, window] = [inputOf(back, 0), windowFor(back.call)]
    const [count, channels] = x.shape as [number, number]
    const lone = graph.reshape(shares(back, window), [count * channels, 1, ...window.output])
    const kernel = graph.floats(
      [1, 1, ...window.kernel],
      Array.from({ length: countOf(window.kernel) }, () => 1),
    )
    return graph.reshape(spread(graph, lone, kernel, window), x.shape)
  },
}

/** The cotangent over how many elements each window averaged. */
function shares({ graph, call, cotangent }: Backward, window: Window): Value {
  const isPadCounted = call.attributes.int('count_include_pad', 0) === 1
  if (isPadCounted) return graph.scale(cotangent(), 1 / countOf(window.kernel))
  const counts = countsWithin(window)
  if (counts.every((count) => count === counts[0])) return graph.scale(cotangent(), 1 / counts[0]!)
  const inverse = counts.map((count) => 1 / count)
  return graph.mul(cotangent(), graph.floats(window.output, inverse))
}

/** For each window in row-major order, how many of its elements are not padding. */
function countsWithin(window: Window): readonly number[] {
  return window.kernel.reduce<readonly number[]>(
    (counts, size, axis) => {
      const along = Array.from({ length: window.output[axis]! }, (_, at) => {
        const start = at * window.strides[axis]! - window.before[axis]!
        const places = Array.from({ length: size }, (_, k) => start + k * window.dilations[axis]!)
        return places.filter((place) => place >= 0 && place < window.input[axis]!).length
      })
      return counts.flatMap((count) => along.map((each) => count * each))
    },
    [1],
  )
}

function windowFor(call: Call): Window {
  return windowOf(call, call.attributes.ints('kernel_shape') ?? [])
}
