import { countOf, type Shape } from '../onnx/tensor.ts'
import { type Call, required } from './call.ts'

export function isSameShape(one: Shape, other: Shape): boolean {
  return one.length === other.length && one.every((size, axis) => size === other[axis])
}

/** The shape of what two tensors broadcast to, or null when they do not. */
export function broadcastShapes(one: Shape, other: Shape): Shape | null {
  const rank = Math.max(one.length, other.length)
  const shape: number[] = []
  for (let back = rank; back > 0; back--) {
    const [a, b] = [one.at(-back) ?? 1, other.at(-back) ?? 1]
    if (a !== b && a !== 1 && b !== 1) return null
    shape.push(a === 1 ? b : a)
  }
  return shape
}

/** Shape rule: all inputs broadcast together. */
export function broadcastOfInputs(call: Call): readonly Shape[] {
  let shape: Shape = []
  for (const input of call.inputs) {
    if (input === null) continue
    const next = broadcastShapes(shape, input.shape)
    if (next === null) {
      call.refuse(`[${shape.join(', ')}] and [${input.shape.join(', ')}] do not broadcast`)
    }
    shape = next
  }
  return [shape]
}

/** Shape rule: as the first input. */
export function shapeOfFirst(call: Call): readonly Shape[] {
  return [required(call, 0).shape]
}

/** Fills in the one size of a reshape that is -1. */
export function completed(call: Call, wanted: Shape, count: number): Shape {
  const rest = countOf(wanted.filter((size) => size !== -1))
  const shape = wanted.map((size) => (size === -1 ? count / rest : size))
  if (countOf(shape) === count && shape.every((size) => Number.isInteger(size) && size >= 0)) {
    return shape
  }
  return call.refuse(
    `${count} elements do not go into [${wanted.join(', ')}]: if the model was exported with a ` +
      'fixed batch, export it with a dynamic batch axis',
  )
}
