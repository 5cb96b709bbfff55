// Small models of each kind, with weights from a seed.
import { ModelBuilder } from '../onnx/build-model.ts'
import type { ModelProto } from '../onnx/messages.ts'
import { countOf, type Shape } from '../onnx/tensor.ts'
import { createNumbers, type Numbers } from './numbers.ts'

/** A builder whose weights come from a seed, scaled so that activations keep their size. */
export class SeededBuilder extends ModelBuilder {
  readonly numbers: Numbers
  #weights = 0

  constructor(seed: number, opset = 17) {
    super(opset)
    this.numbers = createNumbers(seed)
  }

  /** A weight named for its order. */
  seeded(shape: Shape, scale = 0.5, centre = 0): string {
    const data = Array.from(
      { length: countOf(shape) },
      () => centre + scale * this.numbers.between(-1, 1),
    )
    return this.weight(`w${this.#weights++}`, shape, data)
  }

  linear(x: string, from: number, to: number): string {
    const inputs = [x, this.seeded([to, from], 1 / Math.sqrt(from)), this.seeded([to])]
    return this.node('Gemm', inputs, { attributes: { transB: 1 } })
  }
}

export interface TestModel {
  readonly name: string
  readonly model: ModelProto
  /** Rows that an integer input may look up. */
  readonly vocabulary?: number
}

export function mlp(widths: readonly number[] = [6, 5, 3], seed = 1): ModelProto {
  const b = new SeededBuilder(seed)
  let x = b.input('x', 'float32', ['batch', widths[0]!])
  for (const [at, width] of widths.slice(1).entries()) {
    if (at > 0) x = b.node('Tanh', [x])
    x = b.linear(x, widths[at]!, width)
  }
  b.output(x, ['batch', widths.at(-1)!])
  return b.build()
}

/**
 * A LeNet: two convolutions with pools, three dense layers; for images of 28 by 28 as published.
 */
export function lenet(side = 28, seed = 2, channels: readonly [number, number] = [6, 16]) {
  const b = new SeededBuilder(seed)
  const [first, second] = channels
  const pool = { attributes: { kernel_shape: [2, 2], strides: [2, 2] } }
  let x = b.input('x', 'float32', ['batch', 1, side, side])
  const weights = [b.seeded([first, 1, 5, 5], 0.2), b.seeded([first], 0.1)]
  x = b.node('Conv', [x, ...weights], { attributes: { kernel_shape: [5, 5] } })
  x = b.node('MaxPool', [b.node('Relu', [x])], pool)
  const more = [b.seeded([second, first, 5, 5], 0.1), b.seeded([second], 0.1)]
  x = b.node('Conv', [x, ...more], { attributes: { kernel_shape: [5, 5] } })
  x = b.node('MaxPool', [b.node('Relu', [x])], pool)
  x = b.node('Flatten', [x])
  const left = ((side - 4) / 2 - 4) / 2
  x = b.node('Relu', [b.linear(x, second * left * left, 120)])
  x = b.node('Relu', [b.linear(x, 120, 84)])
  x = b.linear(x, 84, 10)
  b.output(x, ['batch', 10])
  return b.build()
}

/** A convolutional model with group normalisation as PyTorch exports it, and a residual. */
export function groupNormCnn(seed = 3): ModelProto {
  const b = new SeededBuilder(seed)
  let x = b.input('x', 'float32', ['batch', 2, 6, 6])
  x = b.node('Conv', [x, b.seeded([4, 2, 3, 3], 0.3), b.seeded([4])], {
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
  })
  const grouped = b.node('Reshape', [x, b.ints('grouped', [0, 2, -1])])
  const ones = b.tensor('ones', { type: 'float32', shape: [2], data: new Float32Array(2).fill(1) })
  const zeros = b.tensor('zeros', { type: 'float32', shape: [2], data: new Float32Array(2) })
  const normal = b.node('InstanceNormalization', [grouped, ones, zeros])
  const shape = b.node('Shape', [x])
  const back = b.node('Reshape', [normal, shape])
  const scaled = b.node('Mul', [back, b.seeded([4, 1, 1], 0.5, 1)])
  const shifted = b.node('Add', [scaled, b.seeded([4, 1, 1])])
  const active = b.node('Sigmoid', [shifted])
  const second = b.node('Conv', [active, b.seeded([4, 2, 3, 3], 0.3)], {
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 2 },
  })
  const sum = b.node('Add', [active, second])
  const pooled = b.node('GlobalAveragePool', [sum])
  x = b.linear(b.node('Flatten', [pooled]), 4, 3)
  b.output(x, ['batch', 3])
  return b.build()
}

/** Embedding, attention with two heads as PyTorch exports it, layer norms, a GELU by Erf. */
export function transformer(seed = 4, isTied = false): ModelProto {
  const [length, width, heads, vocabulary] = [4, 4, 2, 7]
  const b = new SeededBuilder(seed)
  const tokens = b.input('tokens', 'int64', ['batch', length])
  const table = b.seeded([vocabulary, width])
  const embedded = b.node('Gather', [table, tokens])
  let x = b.node('Add', [embedded, b.seeded([length, width])])
  x = b.node('Add', [x, attention(b, layerNorm(b, x, width), width, heads)])
  const inner = b.node('MatMul', [layerNorm(b, x, width), b.seeded([width, 8])])
  const biased = b.node('Add', [inner, b.seeded([8])])
  x = b.node('Add', [x, b.node('MatMul', [gelu(b, biased), b.seeded([8, width])])])
  const last = layerNorm(b, x, width)
  const head = isTied
    ? b.node('Transpose', [table], { attributes: { perm: [1, 0] } })
    : b.seeded([width, vocabulary])
  const logits = b.node('MatMul', [last, head])
  b.output(logits, ['batch', length, vocabulary])
  return b.build()
}

function layerNorm(b: SeededBuilder, x: string, width: number): string {
  return b.node('LayerNormalization', [x, b.seeded([width], 0.5, 1), b.seeded([width])])
}

function gelu(b: SeededBuilder, x: string): string {
  const constant = (name: string, value: number) =>
    b.tensor(`${name}_${x}`, { type: 'float32', shape: [], data: Float32Array.of(value) })
  const erf = b.node('Erf', [b.node('Div', [x, constant('root', Math.SQRT2)])])
  const half = b.node('Mul', [x, b.node('Add', [erf, constant('one', 1)])])
  return b.node('Mul', [half, constant('half', 0.5)])
}

/** With sizes taken from Shape, Gather and Concat, and a causal mask that is not a weight. */
function attention(b: SeededBuilder, x: string, width: number, heads: number): string {
  const size = b.node('Gather', [b.node('Shape', [x]), b.ints('first', [0], [])])
  const count = b.node('Unsqueeze', [size, b.ints('axis', [0])])
  const split = b.node('Concat', [count, b.ints('rest', [-1, heads, width / heads])], {
    attributes: { axis: 0 },
  })
  const packed = b.node('MatMul', [x, b.seeded([width, 3 * width])])
  const outputs = ['query', 'key', 'value']
  b.node('Split', [packed, b.ints('thirds', [width, width, width])], {
    attributes: { axis: 2 },
    outputs,
  })
  const [query, key, value] = outputs.map((part, at) =>
    b.node('Transpose', [b.node('Reshape', [part, split])], {
      attributes: { perm: at === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] },
    }),
  ) as [string, string, string]
  const scale = { type: 'float32', shape: [], data: Float32Array.of(0.7) } as const
  const scores = b.node('Mul', [b.node('MatMul', [query, key]), b.tensor('scale', scale)])
  const causal = Float32Array.from({ length: 16 }, (_, at) => (at % 4 > at >> 2 ? -3.4e38 : 0))
  const mask = b.tensor('causal', { type: 'float32', shape: [1, 1, 4, 4], data: causal })
  const weights = b.node('Softmax', [b.node('Add', [scores, mask])])
  const mixed = b.node('Transpose', [b.node('MatMul', [weights, value])], {
    attributes: { perm: [0, 2, 1, 3] },
  })
  const merged = b.node('Reshape', [mixed, b.ints('merged', [0, 0, width])])
  return b.node('MatMul', [merged, b.seeded([width, width])])
}
