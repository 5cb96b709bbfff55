// Windows of convolutions and pools over any number of spatial axes.
import { type Call, required } from './call.ts'
import type { GraphBuilder, Value } from './graph-builder.ts'

export interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly before: readonly number[]
  readonly after: readonly number[]
  /** Spatial sizes in and out. */
  readonly input: readonly number[]
  readonly output: readonly number[]
}

/** A backward pass has a node for each place of a window. */
const placesMax = 4096

/** Reads the attributes of a window over all axes of the first input but the first two. */
export function windowOf(call: Call, kernel: readonly number[]): Window {
  const input = required(call, 0).shape.slice(2)
  const rank = input.length
  if (rank < 1 || kernel.length !== rank) {
    call.refuse(`a window of ${kernel.length} axes over ${rank} spatial axes`)
  }
  const ones = Array.from({ length: rank }, () => 1)
  const strides = call.attributes.ints('strides') ?? ones
  const dilations = call.attributes.ints('dilations') ?? ones
  const isOdd = [...kernel, ...strides, ...dilations].some((each) => !(each >= 1))
  if (isOdd || kernel.reduce((product, size) => product * size, 1) > placesMax) {
    call.refuse(`a window of ${kernel.join(' by ')} is empty or has over ${placesMax} places`)
  }
  const span = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1)
  const [before, after] = paddingOf(call, input, strides, span)
  const isCeil = call.attributes.int('ceil_mode', 0) === 1
  const padded = input.map((size, axis) => size + before[axis]! + after[axis]!)
  const exact = padded.map((size, axis) => (size - span[axis]!) / strides[axis]! + 1)
  if (isCeil && exact.some((size) => !Number.isInteger(size))) {
    call.refuse(
      'ceil_mode cuts windows off at the edge: pad the input, or choose sizes that divide',
    )
  }
  const output = exact.map(Math.floor)
  if (output.some((size) => size < 1)) call.refuse('its window is larger than its padded input')
  return { kernel, strides, dilations, before, after, input, output }
}

function paddingOf(
  call: Call,
  input: readonly number[],
  strides: readonly number[],
  span: readonly number[],
): readonly [readonly number[], readonly number[]] {
  const automatic = call.attributes.text('auto_pad', 'NOTSET')
  const none = input.map(() => 0)
  if (automatic === 'VALID') return [none, none]
  if (automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    const total = input.map((size, axis) => {
      const stride = strides[axis]!
      return Math.max(0, (Math.ceil(size / stride) - 1) * stride + span[axis]! - size)
    })
    const [less, more] = [total.map((sum) => sum >> 1), total.map((sum) => sum - (sum >> 1))]
    return automatic === 'SAME_UPPER' ? [less, more] : [more, less]
  }
  const pads = call.attributes.ints('pads') ?? [...none, ...none]
  if (pads.some((count) => !(count >= 0))) call.refuse('its padding is negative')
  return [pads.slice(0, input.length), pads.slice(input.length)]
}

export function isPlain({ strides, before, after, kernel }: Window): boolean {
  return (
    kernel.every((size) => size === 1) &&
    strides.every((stride) => stride === 1) &&
    [...before, ...after].every((count) => count === 0)
  )
}

/** For each place in the kernel, in row-major order, what lies under it: [n, c, ...output]. */
export function underEachPlace(
  graph: GraphBuilder,
  value: Value,
  window: Window,
  filler = 0,
): readonly Value[] {
  const padded = graph.pad(value, [0, 0, ...window.before], [0, 0, ...window.after], filler)
  const axes = window.kernel.map((_, axis) => axis + 2)
  return placesOf(window.kernel).map((place) => {
    const starts = place.map((at, axis) => at * window.dilations[axis]!)
    const ends = starts.map(
      (start, axis) => start + (window.output[axis]! - 1) * window.strides[axis]! + 1,
    )
    return graph.slice(padded, axes, starts, ends, window.strides)
  })
}

/**
 * Adds up what came of each place where it lay: the transpose of `underEachPlace`. `values` is
 * [n, places or 1, ...output] and `kernel` [places or 1, 1, ...kernel]; the result [n, 1,
 * ...input].
 */
export function spread(graph: GraphBuilder, values: Value, kernel: Value, window: Window): Value {
  return graph.emit('ConvTranspose', [values, kernel], {
    shape: [values.shape[0]!, 1, ...window.input],
    attributes: transposeAttributes(window, 1),
  })
}

export function transposeAttributes(window: Window, group: number) {
  const padding = window.input.map((size, axis) => {
    const span = (window.kernel[axis]! - 1) * window.dilations[axis]! + 1
    const reached = (window.output[axis]! - 1) * window.strides[axis]! + span
    return size + window.before[axis]! + window.after[axis]! - reached
  })
  return {
    kernel_shape: window.kernel,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...window.before, ...window.after],
    output_padding: padding,
    group,
  }
}

function placesOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (places, size) =>
      places.flatMap((place) => Array.from({ length: size }, (_, at) => [...place, at])),
    [[]],
  )
}
