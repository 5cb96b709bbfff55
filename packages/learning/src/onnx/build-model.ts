// Writes models by hand: for tests, examples and whoever has no exporter.
import { make } from './codec.ts'
import {
  type AttributeProto,
  attributeProto,
  graphProto,
  type ModelProto,
  modelProto,
  type NodeProto,
  nodeProto,
  operatorSet,
  type TensorProto,
  tensorShape,
  tensorType,
  typeProto,
  type ValueInfo,
  valueInfo,
} from './messages.ts'
import { type ElementType, elementCode, type Shape, type Tensor, writeTensor } from './tensor.ts'

export type AttributeValue = number | string | readonly number[] | Tensor | { readonly f: number }

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  readonly name?: string
  readonly outputs?: readonly string[]
}

/** A size is a number, or the name of a size that is not fixed, such as the batch. */
export type Size = number | string

/** Collects a graph; each call of `node` returns the name of its first output. */
export class ModelBuilder {
  readonly #opset: number
  readonly #nodes: NodeProto[] = []
  readonly #initializers: TensorProto[] = []
  readonly #inputs: ValueInfo[] = []
  readonly #outputs: ValueInfo[] = []
  #count = 0

  constructor(opset = 17) {
    this.#opset = opset
  }

  input(name: string, type: ElementType, shape: readonly Size[]): string {
    this.#inputs.push(describeValue(name, type, shape))
    return name
  }

  /** A weight or a constant of float32. */
  weight(name: string, shape: Shape, data: ArrayLike<number>): string {
    return this.tensor(name, { type: 'float32', shape, data: Float32Array.from(data) })
  }

  ints(name: string, values: readonly number[], shape: Shape = [values.length]): string {
    const data = BigInt64Array.from(values, BigInt)
    return this.tensor(name, { type: 'int64', shape, data })
  }

  tensor(name: string, tensor: Tensor): string {
    this.#initializers.push(writeTensor(name, tensor))
    return name
  }

  node(op: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const name = options.name ?? `${op.toLowerCase()}_${this.#count++}`
    const output = options.outputs ?? [`${name}_out`]
    const attribute = Object.entries(options.attributes ?? {}).map(writeAttribute)
    this.#nodes.push(make(nodeProto, { name, opType: op, input: inputs, output, attribute }))
    return output[0]!
  }

  output(name: string, shape: readonly Size[], type: ElementType = 'float32'): void {
    this.#outputs.push(describeValue(name, type, shape))
  }

  build(): ModelProto {
    return make(modelProto, {
      irVersion: 8n,
      producerName: 'vcp',
      opsetImport: [make(operatorSet, { domain: '', version: BigInt(this.#opset) })],
      graph: make(graphProto, {
        name: 'graph',
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      }),
    })
  }
}

export function describeValue(name: string, type: ElementType, shape: readonly Size[]): ValueInfo {
  const dim = shape.map((size) =>
    typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size },
  )
  const typed = make(tensorType, {
    elemType: elementCode(type),
    shape: make(tensorShape, { dim }),
  })
  return make(valueInfo, { name, type: make(typeProto, { tensorType: typed }) })
}

const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, ints: 7 } as const

/** Whole numbers are integers; a float that is whole is given as `{ f }`. */
export function writeAttribute([name, value]: readonly [string, AttributeValue]): AttributeProto {
  if (typeof value === 'number' && Number.isInteger(value)) {
    return make(attributeProto, { name, i: BigInt(value), type: attributeTypes.int })
  }
  if (typeof value === 'number') {
    return make(attributeProto, { name, f: value, type: attributeTypes.float })
  }
  if (typeof value === 'string') {
    const s = new TextEncoder().encode(value)
    return make(attributeProto, { name, s, type: attributeTypes.string })
  }
  if (Array.isArray(value)) {
    return make(attributeProto, { name, ints: value.map(BigInt), type: attributeTypes.ints })
  }
  if ('f' in value) return make(attributeProto, { name, f: value.f, type: attributeTypes.float })
  const t = writeTensor('', value as Tensor)
  return make(attributeProto, { name, t, type: attributeTypes.tensor })
}
