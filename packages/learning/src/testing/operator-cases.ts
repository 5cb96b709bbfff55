// For each operator, models whose parameters it lies behind, and those that are parameters of it.

import type { LossName } from '../compile/losses.ts'
import type { OperatorName } from '../compile/operators.ts'
import type { NodeOptions } from '../onnx/build-model.ts'
import type { ModelProto } from '../onnx/messages.ts'
import type { Shape } from '../onnx/tensor.ts'
import { SeededBuilder } from './models.ts'

export interface OperatorCase {
  readonly about: string
  readonly model: ModelProto
  readonly loss?: LossName
}

type Middle = (b: SeededBuilder, x: string) => readonly [string, Shape]

/** x * w + w of a shape, then the operator, then the mean squared error over what it makes. */
function behind(about: string, shape: Shape, middle: Middle, opset = 17): OperatorCase {
  const b = new SeededBuilder(about.length + shape.length, opset)
  const x = b.input('x', 'float32', ['batch', ...shape])
  const scaled = b.node('Add', [b.node('Mul', [x, b.seeded(shape, 0.5, 1)]), b.seeded(shape)])
  const [output, made] = middle(b, scaled)
  b.output(output, ['batch', ...made])
  return { about, model: b.build(), loss: 'mean-squared-error' }
}

function unary(op: string, options: NodeOptions = {}, isPositive = false, opset = 17) {
  const about = `${op} ${JSON.stringify(options.attributes ?? {})}`
  return behind(
    about,
    [3],
    (b, x) => {
      const bounded = isPositive ? b.node('Add', [b.node('Exp', [x]), scalar(b, 0.2)]) : x
      return [b.node(op, [bounded], options), [3]]
    },
    opset,
  )
}

function binary(op: string): readonly OperatorCase[] {
  const weight = (b: SeededBuilder, shape: Shape) => b.seeded(shape, 0.5, 1.5)
  return [
    behind(`${op}: parameter on the right`, [2, 3], (b, x) => [
      b.node(op, [x, weight(b, [3])]),
      [2, 3],
    ]),
    behind(`${op}: parameter on the left, broadcast`, [2, 3], (b, x) => {
      const divisor = b.node('Add', [b.node('Exp', [x]), scalar(b, 0.5)])
      return [b.node(op, [weight(b, [2, 1]), divisor]), [2, 3]]
    }),
    behind(`${op}: both from the data, one broadcast`, [2, 3], (b, x) => {
      const sum = b.node('ReduceSum', [x, b.ints('axes', [2])])
      return [b.node(op, [x, b.node('Exp', [sum])]), [2, 3]]
    }),
  ]
}

function scalar(b: SeededBuilder, value: number): string {
  return b.node('Constant', [], {
    attributes: { value: { type: 'float32', shape: [], data: Float32Array.of(value) } },
  })
}

type Kernel = Readonly<Record<string, number | string | readonly number[]>>
function convolution(about: string, input: Shape, weight: Shape, output: Shape, given: Kernel) {
  return behind(about, input, (b, x) => {
    const inputs = [x, b.seeded(weight), b.seeded([weight[0]!])]
    const attributes = { kernel_shape: weight.slice(2), ...given }
    return [b.node('Conv', inputs, { attributes }), output]
  })
}

function pooling(op: string, about: string, input: Shape, output: Shape, attributes: Kernel) {
  return behind(`${op}: ${about}`, input, (b, x) => [b.node(op, [x], { attributes }), output])
}

function normalisation(op: string, attributes: Kernel, scale: Shape, opset: number): OperatorCase {
  return behind(
    `${op}: scale ${scale.join()} in operator set ${opset}`,
    [4, 3],
    (b, x) => [b.node(op, [x, b.seeded(scale, 0.5, 1), b.seeded(scale)], { attributes }), [4, 3]],
    opset,
  )
}

function product(about: string, x: Shape, weight: Shape, output: Shape, isLeft = false) {
  return behind(about, x, (b, value) => {
    const other = b.seeded(weight)
    return [b.node('MatMul', isLeft ? [other, value] : [value, other]), output]
  })
}

function lookup(about: string, vocabulary: number, length: number): OperatorCase {
  const b = new SeededBuilder(length)
  const tokens = b.input('tokens', 'int64', ['batch', length])
  const found = b.node('Gather', [b.seeded([vocabulary, 3]), tokens])
  b.output(found, ['batch', length, 3])
  return { about, model: b.build() }
}

function one(
  op: string,
  shape: Shape,
  output: Shape,
  extra: (b: SeededBuilder) => string[] = () => [],
  options: NodeOptions = {},
) {
  return behind(
    `${op} of [${shape.join()}] ${JSON.stringify(options.attributes ?? {})}`,
    shape,
    (b, x) => [b.node(op, [x, ...extra(b)], options), output],
  )
}

export const operatorCases: { readonly [Op in OperatorName]: readonly OperatorCase[] } = {
  Abs: [unary('Abs')],
  Add: binary('Add'),
  AveragePool: [
    pooling('AveragePool', 'padded', [2, 5, 5], [2, 3, 3], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    pooling('AveragePool', 'pads counted', [1, 4, 4], [1, 3, 3], {
      kernel_shape: [2, 2],
      pads: [1, 0, 0, 1],
      count_include_pad: 1,
    }),
    pooling('AveragePool', 'one axis', [2, 6], [2, 3], { kernel_shape: [2], strides: [2] }),
  ],
  Cast: [unary('Cast', { attributes: { to: 1 } })],
  Clip: [
    one('Clip', [4], [4], (b) => [scalar(b, -0.4), scalar(b, 0.9)]),
    one('Clip', [4], [4], (b) => ['', scalar(b, 0.5)]),
  ],
  Concat: [
    behind('Concat of two', [2, 3], (b, x) => [
      b.node('Concat', [x, b.node('Tanh', [x]), x], { attributes: { axis: 1 } }),
      [6, 3],
    ]),
  ],
  Constant: [unary('Exp')],
  ConstantOfShape: [
    behind('ConstantOfShape of sizes', [2], (b, x) => [
      b.node('Sub', [x, b.node('ConstantOfShape', [b.ints('size', [2])])]),
      [2],
    ]),
  ],
  Conv: [
    convolution('Conv: two axes', [2, 5, 5], [3, 2, 3, 3], [3, 3, 3], {}),
    convolution('Conv: stride, pad', [2, 5, 6], [3, 2, 3, 2], [3, 3, 3], {
      strides: [2, 3],
      pads: [1, 1, 1, 1],
    }),
    convolution('Conv: dilation, stride left over', [1, 8, 8], [2, 1, 2, 2], [2, 3, 3], {
      dilations: [2, 2],
      strides: [2, 2],
    }),
    convolution('Conv: groups', [4, 4, 4], [6, 2, 3, 3], [6, 4, 4], {
      group: 2,
      auto_pad: 'SAME_UPPER',
    }),
    convolution('Conv: depthwise', [3, 4, 4], [3, 1, 2, 2], [3, 3, 3], { group: 3 }),
    convolution('Conv: one by one', [3, 2, 2], [2, 3, 1, 1], [2, 2, 2], {}),
    convolution('Conv: gram', [8, 2, 2], [8, 8, 1, 1], [8, 2, 2], {}),
    convolution('Conv: one axis', [2, 7], [3, 2, 3], [3, 4], { strides: [2], pads: [1, 1] }),
    behind('Conv: batch merged with time', [2, 1, 4, 4], (b, x) => {
      const frames = b.node('Reshape', [x, b.ints('frames', [-1, 1, 4, 4])])
      const seen = b.node('Conv', [frames, b.seeded([2, 1, 3, 3]), b.seeded([2])])
      return [b.node('Reshape', [seen, b.ints('apart', [-1, 2, 8])]), [2, 8]]
    }),
  ],
  Div: binary('Div'),
  Dropout: [unary('Dropout')],
  Equal: [
    behind('Equal chooses a mask', [3], (b, x) => {
      const same = b.node('Equal', [b.ints('one', [1, 2, 3]), b.ints('two', [1, 0, 3])])
      return [b.node('Mul', [x, b.node('Cast', [same], { attributes: { to: 1 } })]), [3]]
    }),
  ],
  Erf: [unary('Erf')],
  Exp: [unary('Exp')],
  Expand: [one('Expand', [1, 3], [2, 3], (b) => [b.ints('to', [1, 2, 3])])],
  Flatten: [one('Flatten', [2, 3], [6])],
  Gather: [
    lookup('Gather: a table, once', 6, 1),
    lookup('Gather: a table, the same row again', 3, 5),
    one('Gather', [3, 2], [2, 2], (b) => [b.ints('at', [2, 0])], { attributes: { axis: 1 } }),
    one('Gather', [3, 2], [3], (b) => [b.ints('at', [-1], [])], { attributes: { axis: 2 } }),
  ],
  Gelu: [
    unary('Gelu', {}, false, 20),
    unary('Gelu', { attributes: { approximate: 'tanh' } }, false, 20),
  ],
  Gemm: [
    behind('Gemm: as it is', [3], (b, x) => [
      b.node('Gemm', [x, b.seeded([3, 4]), b.seeded([4])], {
        attributes: { alpha: 0.5, beta: 2.5 },
      }),
      [4],
    ]),
    behind('Gemm: transposed', [3], (b, x) => [
      b.node('Gemm', [x, b.seeded([4, 3]), b.seeded([1, 4])], { attributes: { transB: 1 } }),
      [4],
    ]),
    behind('Gemm: data transposed, batch merged', [2, 3], (b, x) => {
      const rows = b.node('Reshape', [x, b.ints('rows', [-1, 3])])
      const turned = b.node('Transpose', [rows])
      const made = b.node('Gemm', [turned, b.seeded([3, 4])], { attributes: { transA: 1 } })
      return [b.node('Reshape', [made, b.ints('apart', [-1, 2, 4])]), [2, 4]]
    }),
  ],
  GlobalAveragePool: [one('GlobalAveragePool', [2, 3, 3], [2, 1, 1])],
  GroupNormalization: [
    normalisation('GroupNormalization', { num_groups: 2 }, [2], 18),
    normalisation('GroupNormalization', { num_groups: 2 }, [4], 21),
  ],
  Identity: [unary('Identity')],
  InstanceNormalization: [normalisation('InstanceNormalization', {}, [4], 17)],
  LayerNormalization: [
    normalisation('LayerNormalization', {}, [3], 17),
    normalisation('LayerNormalization', { axis: 1 }, [4, 3], 17),
  ],
  LeakyRelu: [unary('LeakyRelu', { attributes: { alpha: 0.2 } })],
  Log: [unary('Log', {}, true)],
  LogSoftmax: [unary('LogSoftmax')],
  MatMul: [
    product('MatMul: a matrix', [3], [3, 4], [4]),
    product('MatMul: over positions', [5, 3], [3, 2], [5, 2]),
    product('MatMul: over positions, gram', [2, 4], [4, 6], [2, 6]),
    product('MatMul: parameter on the left', [3, 5], [4, 3], [4, 5], true),
    behind('MatMul: parameter on the left, the batch last', [3], (b, x) => {
      const turned = b.node('Transpose', [x])
      return [b.node('Transpose', [b.node('MatMul', [b.seeded([4, 3]), turned])]), [4]]
    }),
    behind('MatMul: attention', [3, 2], (b, x) => {
      const turned = b.node('Transpose', [b.node('Tanh', [x])], { attributes: { perm: [0, 2, 1] } })
      return [b.node('MatMul', [x, turned]), [3, 3]]
    }),
    behind('MatMul: the weight through a transpose', [3], (b, x) => [
      b.node('MatMul', [x, b.node('Transpose', [b.seeded([4, 3])])]),
      [4],
    ]),
    behind('MatMul: one weight twice', [3], (b, x) => {
      const weight = b.seeded([3, 3])
      const first = b.node('Tanh', [b.node('MatMul', [x, weight])])
      return [b.node('MatMul', [first, weight]), [3]]
    }),
  ],
  MaxPool: [
    pooling('MaxPool', 'tiled', [2, 4, 4], [2, 2, 2], { kernel_shape: [2, 2], strides: [2, 2] }),
    pooling('MaxPool', 'overlapping, padded', [2, 5, 5], [2, 3, 3], {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
    }),
    pooling('MaxPool', 'one axis', [2, 6], [2, 3], { kernel_shape: [2], strides: [2] }),
  ],
  Mul: binary('Mul'),
  Neg: [unary('Neg')],
  Pad: [one('Pad', [2, 3], [4, 3], (b) => [b.ints('pads', [0, 1, 1, 0, 1, -1])])],
  Pow: [one('Pow', [3], [3], (b) => [scalar(b, 2)]), one('Pow', [3], [3], (b) => [scalar(b, 3)])],
  Reciprocal: [unary('Reciprocal', {}, true)],
  ReduceMean: [
    one('ReduceMean', [2, 3], [2], () => [], { attributes: { axes: [-1], keepdims: 0 } }),
    one('ReduceMean', [2, 3], [1, 1], () => [], { attributes: { axes: [1, 2] } }),
  ],
  ReduceSum: [
    one('ReduceSum', [2, 3], [1, 3], (b) => [b.ints('axes', [1])]),
    behind('ReduceSum before the batch', [2, 3], (b, x) => {
      const moved = b.node('Transpose', [x], { attributes: { perm: [1, 0, 2] } })
      return [
        b.node('ReduceSum', [moved, b.ints('axes', [0])], { attributes: { keepdims: 0 } }),
        [3],
      ]
    }),
  ],
  Relu: [unary('Relu')],
  Reshape: [
    one('Reshape', [2, 3], [3, 2], (b) => [b.ints('to', [0, 3, -1])]),
    behind('Reshape merges the batch and parts it', [2, 3], (b, x) => {
      const merged = b.node('Reshape', [x, b.ints('merged', [-1, 3])])
      const weighed = b.node('MatMul', [merged, b.seeded([3, 3])])
      return [b.node('Reshape', [weighed, b.ints('apart', [-1, 6])]), [6]]
    }),
  ],
  Shape: [
    behind('Shape gives the sizes of a reshape', [2, 3], (b, x) => [
      b.node('Reshape', [b.node('Flatten', [x]), b.node('Shape', [x])]),
      [2, 3],
    ]),
  ],
  Sigmoid: [unary('Sigmoid')],
  Slice: [
    one('Slice', [5], [2], (b) => [
      b.ints('starts', [1]),
      b.ints('ends', [3]),
      b.ints('axes', [1]),
    ]),
    one('Slice', [5], [3], (b) => [
      b.ints('starts', [-1]),
      b.ints('ends', [-6]),
      b.ints('axes', [1]),
      b.ints('steps', [-2]),
    ]),
  ],
  Softmax: [
    unary('Softmax'),
    one('Softmax', [3, 2], [3, 2], () => [], { attributes: { axis: 1 } }),
  ],
  Softplus: [unary('Softplus')],
  Split: [
    behind('Split in unequal parts, one unused', [6], (b, x) => {
      const outputs = ['left', 'middle', 'right']
      b.node('Split', [x, b.ints('sizes', [1, 2, 3])], { attributes: { axis: 1 }, outputs })
      return [b.node('Mul', ['left', 'right']), [3]]
    }),
  ],
  Sqrt: [unary('Sqrt', {}, true)],
  Squeeze: [one('Squeeze', [1, 3], [3], (b) => [b.ints('axes', [1])])],
  Sub: binary('Sub'),
  Tanh: [unary('Tanh')],
  Transpose: [one('Transpose', [2, 3], [3, 2], () => [], { attributes: { perm: [0, 2, 1] } })],
  Unsqueeze: [one('Unsqueeze', [3], [1, 3], (b) => [b.ints('axes', [1])])],
  Where: [
    behind('Where by a constant', [3], (b, x) => {
      const data = Uint8Array.of(1, 0, 1)
      const condition = b.tensor('condition', { type: 'bool', shape: [3], data })
      return [b.node('Where', [condition, x, b.node('Exp', [x])]), [3]]
    }),
  ],
}
