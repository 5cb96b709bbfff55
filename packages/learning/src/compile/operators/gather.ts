import { type BatchAxis, movedTo } from '../batch-axis.ts'
import { axisIn, type Call, required } from '../call.ts'
import { inputOf } from '../elementwise.ts'
import type { Value } from '../graph-builder.ts'
import type { Backward, Operator } from '../operator.ts'
import { byExample, lookupGradient } from '../parameter-gradient.ts'
import { putBack } from '../scatter.ts'

/** A lookup in a table of embeddings by the data, or a fixed choice of slices of the data. */
export const gather: Operator = {
  takesDataAnywhere: true,
  shapes: (call) => {
    const [data, indices] = [required(call, 0).shape, required(call, 1).shape]
    const axis = axisOf(call)
    return [[...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]]
  },
  batch: batchOfLookup,
  known: (call) => {
    const [data, indices] = [required(call, 0), required(call, 1).known]
    if (data.known === null || indices === null || data.shape.length !== 1) return null
    return indices.map((index) => data.known!.at(index) ?? call.refuse(`no element ${index}`))
  },
  flow: (back) => {
    const { graph, call } = back
    const [data, axis] = [inputOf(back, 0), axisOf(call)]
    const size = data.shape[axis]!
    const indices = chosen(call).map((index) => (index < 0 ? index + size : index))
    const flat = data.shape.map((each, at) => (at === axis ? indices.length : each))
    return putBack(back, graph.reshape(back.cotangent(), flat), axis, indices, size)
  },
  parameter: (back, input) => {
    const { graph, call } = back
    const [table, indices] = [inputOf(back, 0), inputOf(back, 1)]
    const [rows, width] = table.shape as [number, number]
    if (input !== 0 || axisOf(call) !== 0 || table.shape.length !== 2) {
      call.refuse('a table of embeddings is a matrix, looked up along its first axis')
    }
    if (indices.shape.reduce((a, b) => a * b, rows) > oneHotMax) {
      call.refuse(`${rows} rows are too many for this batch: lower the physical batch`)
    }
    const looked = byExample(graph, positive(back, indices, rows), indices.batch!)
    const cotangent = byExample(graph, back.cotangent(), back.outputs[0]!.batch!)
    const [size] = looked.shape
    const positions = looked.shape.slice(1).reduce((a, b) => a * b, 1)
    return lookupGradient(
      graph,
      graph.reshape(looked, [size!, positions]),
      graph.reshape(cotangent, [size!, positions, width]),
      rows,
    )
  },
}

/** Elements of a one-hot matrix of indices by rows: half a gigabyte. */
const oneHotMax = 2 ** 27

/** Indices count from the end when negative. */
function positive({ graph }: Backward, indices: Value, rows: number): Value {
  const shape = indices.shape
  const isNegative = graph.emit('Less', [indices, typed(graph, indices, 0)], {
    shape,
    type: 'bool',
  })
  const fromEnd = graph.mul(graph.cast(isNegative, 'int64'), graph.ints([rows], []))
  return graph.add(graph.cast(indices, 'int64'), fromEnd)
}

function typed(graph: Backward['graph'], like: Value, value: number): Value {
  return graph.cast(graph.ints([value], []), like.type)
}

function chosen(call: Call): readonly number[] {
  return required(call, 1).known ?? call.refuse('slices of the data have to be chosen by constants')
}

function axisOf(call: Call): number {
  return axisIn(call, call.attributes.int('axis', 0), required(call, 0).shape.length)
}

function batchOfLookup(call: Call): BatchAxis | null {
  const [data, indices] = [required(call, 0), required(call, 1)]
  const axis = axisOf(call)
  if (data.batch === null) return movedTo(indices.batch!, indices.batch!.axis + axis)
  if (indices.batch !== null) call.refuse('data is looked up by data: use a product with a mask')
  if (data.batch.axis === axis) call.refuse('it picks examples out of the batch')
  const shift = data.batch.axis > axis ? indices.shape.length - 1 : 0
  return movedTo(data.batch, data.batch.axis + shift)
}
