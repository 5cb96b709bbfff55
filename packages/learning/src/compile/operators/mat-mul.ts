import { type BatchAxis, broadcastBatch, movedTo } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Value } from '../graph-builder.ts'
import type { Backward, Operator } from '../operator.ts'
import { byExample, productGradient } from '../parameter-gradient.ts'
import { broadcastShapes } from '../shapes.ts'

export const matMul: Operator = {
  takesDataAnywhere: true,
  shapes: (call) => {
    const [one, other] = [required(call, 0).shape, required(call, 1).shape]
    if (one.length < 2 || other.length < 2) call.refuse('it takes matrices: reshape vectors')
    const lead = broadcastShapes(one.slice(0, -2), other.slice(0, -2))
    if (lead === null || one.at(-1) !== other.at(-2)) {
      return call.refuse(`[${one.join(', ')}] and [${other.join(', ')}] do not multiply`)
    }
    return [[...lead, one.at(-2)!, other.at(-1)!]]
  },
  batch: batchOfProduct,
  flow: (back, input) => {
    const { graph } = back
    const other = graph.flip(inputOf(back, 1 - input))
    const cotangent = back.cotangent()
    const full = input === 0 ? graph.matmul(cotangent, other) : graph.matmul(other, cotangent)
    return graph.unbroadcast(full, inputOf(back, input).shape)
  },
  parameter: (back, input) => {
    const { graph } = back
    if (inputOf(back, input).shape.length !== 2) {
      back.call.refuse('a parameter here has to be a matrix: use one MatMul for each group')
    }
    const [x, y] = [inputOf(back, 1 - input), back.outputs[0]!]
    // With the weight on the left, the transposed equation has it on the right.
    const activation = rows(back, input === 1 ? x : graph.flip(x), x, input === 0)
    const turned = input === 1 ? back.cotangent() : graph.flip(back.cotangent())
    const cotangent = rows(back, turned, y, input === 0)
    return input === 1
      ? productGradient(graph, activation, cotangent)
      : productGradient(graph, cotangent, activation)
  },
}

/** [batch, 1, positions, width] of a value whose batch is where `source` has it, flipped or not. */
function rows(
  { graph }: Backward,
  value: Value,
  source: { shape: readonly number[]; batch: BatchAxis | null },
  isFlipped: boolean,
): Value {
  const { batch, shape } = source
  const last = shape.length - 1
  const axis = isFlipped && batch!.axis >= last - 1 ? 2 * last - 1 - batch!.axis : batch!.axis
  const examples = byExample(graph, value, movedTo(batch!, axis))
  const width = examples.shape.at(-1)!
  const positions = examples.shape.slice(1, -1).reduce((product, size) => product * size, 1)
  return graph.reshape(examples, [examples.shape[0]!, 1, positions, width])
}

function batchOfProduct(call: Call, [shape]: readonly (readonly number[])[]): BatchAxis | null {
  const [one, other] = [required(call, 0), required(call, 1)]
  const rank = shape!.length
  const contracted =
    one.batch?.axis === one.shape.length - 1 || other.batch?.axis === other.shape.length - 2
  if (contracted) call.refuse('it sums over the batch and mixes examples')
  const isRow = one.batch?.axis === one.shape.length - 2
  const isColumn = other.batch?.axis === other.shape.length - 1
  if (isRow || isColumn) {
    if (one.batch !== null && other.batch !== null) {
      call.refuse('it multiplies every example with every other')
    }
    return isRow ? movedTo(one.batch!, rank - 2) : movedTo(other.batch!, rank - 1)
  }
  const lead = call.inputs.map((input) => ({ ...input!, shape: input!.shape.slice(0, -2) }))
  return broadcastBatch(call, lead, rank - 2)
}
