import type { BatchAxis } from '../batch-axis.ts'
import { type Call, required } from '../call.ts'
import { broadcastParameter, inputOf } from '../elementwise.ts'
import type { Value } from '../graph-builder.ts'
import type { Backward, Operator } from '../operator.ts'
import { byExample, productGradient } from '../parameter-gradient.ts'
import { broadcastShapes, isSameShape } from '../shapes.ts'

export const gemm: Operator = {
  shapes: (call) => {
    const [a, b] = [required(call, 0).shape, required(call, 1).shape]
    if (a.length !== 2 || b.length !== 2) call.refuse('it takes matrices')
    const [rows, inner] = isTurned(call, 'transA') ? [a[1]!, a[0]!] : [a[0]!, a[1]!]
    const [across, columns] = isTurned(call, 'transB') ? [b[1]!, b[0]!] : [b[0]!, b[1]!]
    if (inner !== across) call.refuse(`[${a.join(', ')}] and [${b.join(', ')}] do not multiply`)
    const bias = call.inputs[2] ?? null
    if (
      bias !== null &&
      !isSameShape(broadcastShapes(bias.shape, [rows, columns]) ?? [], [rows, columns])
    ) {
      call.refuse('its bias does not fit its output')
    }
    return [[rows, columns]]
  },
  batch: (call) => {
    const c = call.inputs[2] ?? null
    const { batch } = required(call, 0)
    if (batch!.axis !== (isTurned(call, 'transA') ? 1 : 0)) {
      call.refuse('it sums over the batch and mixes examples')
    }
    if (c !== null && c.shape.length === 2 && c.shape[0] !== 1) {
      call.refuse(`its bias '${c.name}' has a row for each place in the batch`)
    }
    return { ...batch!, axis: 0 }
  },
  flow: (back) => {
    const { graph, call } = back
    const b = inputOf(back, 1)
    const product = graph.matmul(scaled(back), isTurned(call, 'transB') ? b : graph.flip(b))
    return isTurned(call, 'transA') ? graph.flip(product) : product
  },
  parameter: (back, input) => {
    const { graph, call } = back
    if (input === 2) {
      const cotangent = graph.scale(back.cotangent(), call.attributes.float('beta', 1))
      return broadcastParameter(back, input, cotangent)
    }
    const a = inputOf(back, 0)
    const { batch } = back.outputs[0]!
    const left = rows(back, isTurned(call, 'transA') ? graph.flip(a) : a, batch!)
    const right = rows(back, scaled(back), batch!)
    return isTurned(call, 'transB')
      ? productGradient(graph, right, left)
      : productGradient(graph, left, right)
  },
}

function rows({ graph }: Backward, value: Value, batch: BatchAxis): Value {
  const examples = byExample(graph, value, batch)
  return graph.reshape(examples, [examples.shape[0]!, 1, examples.shape[1]!, examples.shape[2]!])
}

function scaled(back: Backward): Value {
  return back.graph.scale(back.cotangent(), back.call.attributes.float('alpha', 1))
}

function isTurned(call: Call, name: 'transA' | 'transB'): boolean {
  return call.attributes.int(name, 0) === 1
}
