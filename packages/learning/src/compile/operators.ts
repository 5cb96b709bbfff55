// Every operator that the compiler knows: adding one is its file and a line here.
import type { Operator } from './operator.ts'
import { abs } from './operators/abs.ts'
import { add } from './operators/add.ts'
import { averagePool } from './operators/average-pool.ts'
import { cast } from './operators/cast.ts'
import { clip } from './operators/clip.ts'
import { concat } from './operators/concat.ts'
import { constant } from './operators/constant.ts'
import { constantOfShape } from './operators/constant-of-shape.ts'
import { conv } from './operators/conv.ts'
import { div } from './operators/div.ts'
import { dropout } from './operators/dropout.ts'
import { equal } from './operators/equal.ts'
import { erf } from './operators/erf.ts'
import { exp } from './operators/exp.ts'
import { expand } from './operators/expand.ts'
import { flatten } from './operators/flatten.ts'
import { gather } from './operators/gather.ts'
import { gelu } from './operators/gelu.ts'
import { gemm } from './operators/gemm.ts'
import { globalAveragePool } from './operators/global-average-pool.ts'
import { groupNormalization } from './operators/group-normalization.ts'
import { identity } from './operators/identity.ts'
import { instanceNormalization } from './operators/instance-normalization.ts'
import { layerNormalization } from './operators/layer-normalization.ts'
import { leakyRelu } from './operators/leaky-relu.ts'
import { log } from './operators/log.ts'
import { logSoftmax } from './operators/log-softmax.ts'
import { matMul } from './operators/mat-mul.ts'
import { maxPool } from './operators/max-pool.ts'
import { mul } from './operators/mul.ts'
import { neg } from './operators/neg.ts'
import { pad } from './operators/pad.ts'
import { pow } from './operators/pow.ts'
import { reciprocal } from './operators/reciprocal.ts'
import { reduceMean } from './operators/reduce-mean.ts'
import { reduceSum } from './operators/reduce-sum.ts'
import { relu } from './operators/relu.ts'
import { reshape } from './operators/reshape.ts'
import { shape } from './operators/shape.ts'
import { sigmoid } from './operators/sigmoid.ts'
import { slice } from './operators/slice.ts'
import { softmax } from './operators/softmax.ts'
import { softplus } from './operators/softplus.ts'
import { split } from './operators/split.ts'
import { sqrt } from './operators/sqrt.ts'
import { squeeze } from './operators/squeeze.ts'
import { sub } from './operators/sub.ts'
import { tanh } from './operators/tanh.ts'
import { transpose } from './operators/transpose.ts'
import { unsqueeze } from './operators/unsqueeze.ts'
import { where } from './operators/where.ts'

export const operators = {
  Abs: abs,
  Add: add,
  AveragePool: averagePool,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  Div: div,
  Dropout: dropout,
  Equal: equal,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Gelu: gelu,
  Gemm: gemm,
  GlobalAveragePool: globalAveragePool,
  GroupNormalization: groupNormalization,
  Identity: identity,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LeakyRelu: leakyRelu,
  Log: log,
  LogSoftmax: logSoftmax,
  MatMul: matMul,
  MaxPool: maxPool,
  Mul: mul,
  Neg: neg,
  Pad: pad,
  Pow: pow,
  Reciprocal: reciprocal,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  Relu: relu,
  Reshape: reshape,
  Shape: shape,
  Sigmoid: sigmoid,
  Slice: slice,
  Softmax: softmax,
  Softplus: softplus,
  Split: split,
  Sqrt: sqrt,
  Squeeze: squeeze,
  Sub: sub,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
} as const satisfies Readonly<Record<string, Operator>>

export type OperatorName = keyof typeof operators

export function isSupported(name: string): name is OperatorName {
  return Object.hasOwn(operators, name)
}

/** What to use in place of operators that are asked for most, and cannot be had. */
export const instead: Readonly<Record<string, string>> = {
  BatchNormalization:
    'it mixes the examples of a batch, so that no example has a gradient of its own: use ' +
    'GroupNormalization',
  ConvTranspose: 'use Conv after an upsampling Reshape, or freeze that part outside of the model',
  GRU: 'recurrent layers are not supported: use attention or Conv over time',
  LSTM: 'recurrent layers are not supported: use attention or Conv over time',
  RNN: 'recurrent layers are not supported: use attention or Conv over time',
  If: 'control flow is not supported: export by tracing',
  Loop: 'control flow is not supported: export by tracing',
  Scan: 'control flow is not supported: export by tracing',
  Einsum: 'use MatMul, Transpose and Reshape',
  PRelu: 'use LeakyRelu',
  HardSwish: 'use Relu or Gelu',
  GlobalMaxPool: 'use MaxPool with a kernel as large as its input',
  ReduceMax: 'use MaxPool',
  RandomNormal: 'a model may not draw noise of its own: use none while training',
  RandomUniform: 'a model may not draw noise of its own: use none while training',
  QuantizeLinear: 'train in float32 and quantise the result',
  DequantizeLinear: 'train in float32 and quantise the result',
}
