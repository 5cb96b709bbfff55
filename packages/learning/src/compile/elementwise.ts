// What elementwise operators have in common.
import { elementwiseBatch } from './batch-axis.ts'
import { type Call, required, type TensorInfo } from './call.ts'
import type { Value } from './graph-builder.ts'
import type { Backward, Operator } from './operator.ts'
import { broadcastGradient } from './parameter-gradient.ts'
import { broadcastOfInputs, shapeOfFirst } from './shapes.ts'

/** The cotangent of an input before it is summed over what was broadcast. */
type Local = (back: Backward, input: number) => Value

/** An operator of one input: `local` gives the cotangent from x, y and the cotangent of y. */
export function unaryOperator(
  local: (back: Backward, x: TensorInfo, y: TensorInfo, cotangent: Value) => Value,
): Operator {
  return {
    shapes: shapeOfFirst,
    batch: elementwiseBatch,
    flow: (back) => local(back, inputOf(back, 0), back.outputs[0]!, back.cotangent()),
  }
}

/** An operator of two inputs that broadcast; either may be a parameter. */
export function binaryOperator(
  local: Local,
  ofNumbers: (one: number, other: number) => number,
): Operator {
  return {
    takesDataAnywhere: true,
    shapes: broadcastOfInputs,
    batch: elementwiseBatch,
    known: (call, [shape]) => knownBinary(call, shape!, ofNumbers),
    flow: (back, input) => back.graph.unbroadcast(local(back, input), inputOf(back, input).shape),
    parameter: (back, input) => broadcastParameter(back, input, local(back, input)),
  }
}

/** Each example's gradient of a parameter that was broadcast to the shape of the output. */
export function broadcastParameter(back: Backward, input: number, cotangent: Value) {
  const { shape } = inputOf(back, input)
  return broadcastGradient(back.graph, cotangent, back.outputs[0]!.batch!, shape)
}

export function inputOf(back: Backward, input: number): TensorInfo {
  return required(back.call, input)
}

/** Sizes are worked out along the last axis only: that is all that exporters do with them. */
function knownBinary(
  call: Call,
  shape: readonly number[],
  ofNumbers: (one: number, other: number) => number,
): readonly number[] | null {
  const [one, other] = [call.inputs[0]?.known, call.inputs[1]?.known]
  if (one == null || other == null || shape.length > 1) return null
  const count = shape[0] ?? 1
  const at = (list: readonly number[], index: number) => list[list.length === 1 ? 0 : index]!
  const isWhole = required(call, 0).type !== 'float32'
  return Array.from({ length: count }, (_, index) => {
    const value = ofNumbers(at(one, index), at(other, index))
    return isWhole ? Math.trunc(value) : value
  })
}
