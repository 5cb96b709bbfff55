// Emits standard operators, each with its shape. Only forms that mean the same in every operator
// set from 13 on: sums with axes as input, no means, no splits, no negative slices where a pad
// will do.

import { type AttributeValue, writeAttribute } from '../onnx/build-model.ts'
import { make } from '../onnx/codec.ts'
import { type NodeProto, nodeProto, type TensorProto } from '../onnx/messages.ts'
import { countOf, type ElementType, elementCode, type Shape, writeTensor } from '../onnx/tensor.ts'
import { broadcastShapes, isSameShape } from './shapes.ts'

export interface Value {
  readonly name: string
  readonly shape: Shape
  readonly type: ElementType
}

/** Names of ours begin so; a model that uses the prefix is refused. */
export const ownPrefix = 'vcp/'

type Attributes = Readonly<Record<string, AttributeValue>>
interface Result {
  readonly shape: Shape
  readonly type?: ElementType
  readonly attributes?: Attributes
}

export class GraphBuilder {
  readonly nodes: NodeProto[] = []
  readonly initializers: TensorProto[] = []
  readonly #constants = new Map<string, Value>()
  readonly #transposed = new Map<string, { source: Value; permutation: readonly number[] }>()
  #count = 0
  /** Bytes of every tensor that was emitted: an upper bound of what a run holds of them. */
  bytes = 0

  emit(op: string, inputs: readonly Value[], result: Result): Value {
    const output = `${ownPrefix}${op}_${this.#count++}`
    this.nodes.push(
      make(nodeProto, {
        name: output,
        opType: op,
        input: inputs.map(({ name }) => name),
        output: [output],
        attribute: Object.entries(result.attributes ?? {}).map(writeAttribute),
      }),
    )
    const { shape } = result
    this.bytes += countOf(shape) * 4
    return { name: output, shape, type: result.type ?? inputs[0]!.type }
  }

  /** Gives a value the name that callers of the graph know it by. */
  output(name: string, { name: source, shape, type }: Value): Value {
    this.nodes.push(make(nodeProto, { name, opType: 'Identity', input: [source], output: [name] }))
    return { name, shape, type }
  }

  scalar(value: number): Value {
    return this.floats([], [value])
  }

  floats(shape: Shape, values: readonly number[]): Value {
    return this.#constant('float32', shape, Float32Array.from(values), values)
  }

  ints(values: readonly number[], shape: Shape = [values.length]): Value {
    return this.#constant('int64', shape, BigInt64Array.from(values, BigInt), values)
  }

  zeros(shape: Shape): Value {
    return this.expand(this.scalar(0), shape)
  }

  binary(op: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Min' | 'Max', one: Value, other: Value): Value {
    return this.emit(op, [one, other], { shape: broadcastShapes(one.shape, other.shape)! })
  }

  add(one: Value, other: Value): Value {
    return this.binary('Add', one, other)
  }

  sub(one: Value, other: Value): Value {
    return this.binary('Sub', one, other)
  }

  mul(one: Value, other: Value): Value {
    return this.binary('Mul', one, other)
  }

  div(one: Value, other: Value): Value {
    return this.binary('Div', one, other)
  }

  scale(value: Value, factor: number): Value {
    return factor === 1 ? value : this.mul(value, this.scalar(factor))
  }

  unary(op: string, value: Value, attributes: Attributes = {}): Value {
    return this.emit(op, [value], { shape: value.shape, attributes })
  }

  /** 1 where the comparison holds and 0 elsewhere: a product is faster than `Where`. */
  indicator(op: 'Equal' | 'Greater' | 'Less', one: Value, other: Value): Value {
    const shape = broadcastShapes(one.shape, other.shape)!
    return this.cast(this.emit(op, [one, other], { shape, type: 'bool' }), 'float32')
  }

  cast(value: Value, type: ElementType): Value {
    if (value.type === type) return value
    const attributes = { to: elementCode(type) }
    return this.emit('Cast', [value], { shape: value.shape, type, attributes })
  }

  matmul(one: Value, other: Value): Value {
    const batch = broadcastShapes(one.shape.slice(0, -2), other.shape.slice(0, -2))!
    return this.emit('MatMul', [one, other], {
      shape: [...batch, one.shape.at(-2)!, other.shape.at(-1)!],
    })
  }

  transpose(value: Value, permutation: readonly number[]): Value {
    const before = this.#transposed.get(value.name)
    if (before !== undefined) {
      return this.transpose(
        before.source,
        permutation.map((axis) => before.permutation[axis]!),
      )
    }
    if (permutation.every((axis, at) => axis === at)) return value
    const result = this.emit('Transpose', [value], {
      shape: permutation.map((axis) => value.shape[axis]!),
      attributes: { perm: permutation },
    })
    this.#transposed.set(result.name, { source: value, permutation })
    return result
  }

  /** Swaps the last two axes. */
  flip(value: Value): Value {
    const axes = value.shape.map((_, axis) => axis)
    return this.transpose(value, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
  }

  reshape(value: Value, shape: Shape): Value {
    if (isSameShape(value.shape, shape)) return value
    return this.emit('Reshape', [value, this.ints(shape)], { shape })
  }

  expand(value: Value, shape: Shape): Value {
    if (isSameShape(value.shape, shape)) return value
    return this.emit('Expand', [value, this.ints(shape)], { shape })
  }

  sum(value: Value, axes: readonly number[], keep = false): Value {
    if (axes.length === 0) return value
    const dropped = value.shape.flatMap((size, axis) => {
      if (!axes.includes(axis)) return [size]
      return keep ? [1] : []
    })
    const attributes = { keepdims: keep ? 1 : 0 }
    // A sum over axes of size one is but a change of shape, which costs nothing.
    if (axes.every((axis) => value.shape[axis] === 1)) return this.reshape(value, dropped)
    return this.emit('ReduceSum', [value, this.ints(axes)], { shape: dropped, attributes })
  }

  mean(value: Value, axes: readonly number[], keep = false): Value {
    const count = countOf(axes.map((axis) => value.shape[axis]!))
    return this.scale(this.sum(value, axes, keep), 1 / count)
  }

  /** The sum of a broadcast cotangent over what was broadcast. */
  unbroadcast(value: Value, shape: Shape): Value {
    const lead = value.shape.length - shape.length
    const axes = value.shape.flatMap((size, axis) =>
      axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
    )
    return this.reshape(this.sum(value, axes), shape)
  }

  /** From `starts` to before `ends` on each axis, in steps. */
  slice(
    value: Value,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): Value {
    const shape = value.shape.map((size, axis) => {
      const at = axes.indexOf(axis)
      return at < 0 ? size : Math.ceil((ends[at]! - starts[at]!) / steps[at]!)
    })
    if (isSameShape(shape, value.shape)) return value
    const parts = [starts, ends, axes, steps].map((list) => this.ints(list))
    return this.emit('Slice', [value, ...parts], { shape })
  }

  /** Constant padding; a negative count takes away. */
  pad(value: Value, before: readonly number[], after: readonly number[], filler = 0): Value {
    if ([...before, ...after].every((count) => count === 0)) return value
    const shape = value.shape.map((size, axis) => size + before[axis]! + after[axis]!)
    const inputs = [value, this.ints([...before, ...after]), this.scalar(filler)]
    return this.emit('Pad', inputs, { shape })
  }

  concat(values: readonly Value[], axis: number): Value {
    if (values.length === 1) return values[0]!
    const length = values.reduce((sum, { shape }) => sum + shape[axis]!, 0)
    const shape = values[0]!.shape.map((size, at) => (at === axis ? length : size))
    return this.emit('Concat', values, { shape, attributes: { axis } })
  }

  #constant(
    type: 'float32' | 'int64',
    shape: Shape,
    data: Float32Array | BigInt64Array,
    values: readonly number[],
  ): Value {
    const key = `${type}[${shape.join()}]${values.join()}`
    const before = this.#constants.get(key)
    if (before !== undefined) return before
    const value = { name: `${ownPrefix}constant_${this.#constants.size}`, shape, type }
    this.initializers.push(writeTensor(value.name, { type, shape, data }))
    this.#constants.set(key, value)
    return value
  }
}
