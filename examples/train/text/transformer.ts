// One layer of attention with two heads that look back only, and a layer of its own for each place;
// in standard operators, as an exporter would write it.
import { RandomModel } from '../make-model.ts'

/** Characters that the model sees. */
export const length = 16
const width = 32
const heads = 2

export function transformer(seed: number, letters: number): Uint8Array {
  const b = new RandomModel(seed)
  const tokens = b.input('tokens', 'int64', ['batch', length])
  const embedded = b.node('Gather', [b.random([letters, width], 0.5), tokens])
  let x = b.node('Add', [embedded, b.random([length, width], 0.3)])
  x = b.node('Add', [x, attention(b, normed(b, x))])
  const wide = b.node('MatMul', [normed(b, x), b.random([width, 2 * width], Math.sqrt(2 / width))])
  const active = b.node('Relu', [b.node('Add', [wide, b.filled([2 * width], 0)])])
  const narrow = b.node('MatMul', [active, b.random([2 * width, width], Math.sqrt(1 / width))])
  x = b.node('Add', [x, narrow])
  const scores = b.node('MatMul', [normed(b, x), b.random([width, letters], Math.sqrt(1 / width))])
  b.output(scores, ['batch', length, letters])
  return b.bytes()
}

function normed(b: RandomModel, x: string): string {
  return b.node('LayerNormalization', [x, b.filled([width], 1), b.filled([width], 0)])
}

function attention(b: RandomModel, x: string): string {
  const split = b.ints(`split_${x}`, [0, 0, heads, width / heads])
  const part = (perm: readonly number[]) => {
    const made = b.node('MatMul', [x, b.random([width, width], Math.sqrt(1 / width))])
    return b.node('Transpose', [b.node('Reshape', [made, split])], { attributes: { perm } })
  }
  const [query, key, value] = [part([0, 2, 1, 3]), part([0, 2, 3, 1]), part([0, 2, 1, 3])]
  const scale = Float32Array.of(Math.sqrt(heads / width))
  const scaled = b.node('Mul', [
    b.node('MatMul', [query, key]),
    b.tensor(`scale_${x}`, { type: 'float32', shape: [], data: scale }),
  ])
  const later = Float32Array.from({ length: length * length }, (_, at) =>
    at % length > Math.floor(at / length) ? -3.4e38 : 0,
  )
  const mask = b.tensor(`later_${x}`, {
    type: 'float32',
    shape: [1, 1, length, length],
    data: later,
  })
  const weights = b.node('Softmax', [b.node('Add', [scaled, mask])])
  const mixed = b.node('Transpose', [b.node('MatMul', [weights, value])], {
    attributes: { perm: [0, 2, 1, 3] },
  })
  const joined = b.node('Reshape', [mixed, b.ints(`joined_${x}`, [0, 0, width])])
  return b.node('MatMul', [joined, b.random([width, width], Math.sqrt(1 / width))])
}
