// Models put together from a list of numbers, each number a decision.
import type { ModelProto } from '../onnx/messages.ts'
import { SeededBuilder } from './models.ts'

/** A chain of layers over [batch, rows, width], with residuals where sizes allow. */
export function generatedModel(decisions: readonly number[]): ModelProto {
  const b = new SeededBuilder(decisions.reduce((sum, each) => sum + each, 1))
  const rows = 2 + ((decisions[0] ?? 0) % 3)
  let width = 2 + ((decisions[1] ?? 0) % 3)
  let x = b.input('x', 'float32', ['batch', rows, width])
  for (const decision of decisions.slice(2)) {
    const before = x
    const layer = layers[decision % layers.length]!
    const next = layer(b, x, width, rows)
    x = next.width === width && decision % 2 === 0 ? b.node('Add', [before, next.x]) : next.x
    width = next.width
  }
  const flat = b.node('Flatten', [b.node('Mul', [x, b.seeded([width], 0.5, 1)])])
  const output = b.linear(flat, rows * width, 3)
  b.output(output, ['batch', 3])
  return b.build()
}

type Layer = (
  b: SeededBuilder,
  x: string,
  width: number,
  rows: number,
) => { readonly x: string; readonly width: number }

const swapped = { attributes: { perm: [0, 2, 1] } }

const layers: readonly Layer[] = [
  (b, x, width) => {
    const product = b.node('MatMul', [x, b.seeded([width, 3])])
    return { x: b.node('Add', [product, b.seeded([3])]), width: 3 }
  },
  (b, x, width) => ({ x: b.node('Tanh', [b.node('Mul', [x, b.seeded([1, width])])]), width }),
  (b, x, width) => {
    const scale = [b.seeded([width], 0.5, 1), b.seeded([width])]
    return { x: b.node('LayerNormalization', [b.node('Mul', [x, x]), ...scale]), width }
  },
  (b, x, width) => {
    const scores = b.node('MatMul', [x, b.node('Transpose', [x], swapped)])
    return { x: b.node('MatMul', [b.node('Softmax', [scores]), x]), width }
  },
  (b, x, width, rows) => {
    // Along the rows, as channels.
    const attributes = { kernel_shape: [1] }
    const kernel = [b.seeded([rows, rows, 1]), b.seeded([rows])]
    return { x: b.node('Conv', [x, ...kernel], { attributes }), width }
  },
  (b, x, width) => {
    const halves = [b.node('Sigmoid', [x]), x]
    return { x: b.node('Concat', halves, { attributes: { axis: 2 } }), width: 2 * width }
  },
  (b, x, width, rows) => {
    const apart = b.node('Reshape', [x, b.ints(`apart_${x}`, [-1, width])])
    const made = b.linear(apart, width, width)
    return { x: b.node('Reshape', [made, b.ints(`together_${x}`, [-1, rows, width])]), width }
  },
]
