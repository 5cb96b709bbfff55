// Tensors of a model as typed arrays.
import { make } from './codec.ts'
import { type ModelLimits, modelLimits } from './limits.ts'
import { type TensorProto, tensorProto } from './messages.ts'
import { invalid, unsupported } from './rejection.ts'

export type Shape = readonly number[]
export type ElementType = 'float32' | 'int64' | 'int32' | 'bool' | 'float64' | 'uint8'

/** What holds the elements of each type; booleans lie a byte each. */
export interface Elements {
  float32: Float32Array
  int64: BigInt64Array
  int32: Int32Array
  bool: Uint8Array
  float64: Float64Array
  uint8: Uint8Array
}

export interface Tensor<T extends ElementType = ElementType> {
  readonly type: T
  readonly shape: Shape
  readonly data: Elements[T]
}

const codes: { readonly [T in ElementType]: number } = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
}

const widths: { readonly [T in ElementType]: number } = {
  float32: 4,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float64: 8,
}

export function elementCode(type: ElementType): number {
  return codes[type]
}

export function elementTypeOf(code: number | undefined, where: string): ElementType {
  const found = Object.entries(codes).find(([, each]) => each === code)
  if (found !== undefined) return found[0] as ElementType
  if (code === 10 || code === 16) {
    return unsupported(`${where} holds 16-bit floats: convert the model to float32`)
  }
  return unsupported(`${where} has element type ${code ?? 'none'}, which training does not use`)
}

export function countOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function elementsFor<T extends ElementType>(type: T, count: number): Elements[T] {
  const made: { [K in ElementType]: () => Elements[K] } = {
    float32: () => new Float32Array(count),
    int64: () => new BigInt64Array(count),
    int32: () => new Int32Array(count),
    bool: () => new Uint8Array(count),
    float64: () => new Float64Array(count),
    uint8: () => new Uint8Array(count),
  }
  return made[type]()
}

export function bytesPerElement(type: ElementType): number {
  return widths[type]
}

/** Reads a tensor of a model; its data is copied, so that it is aligned and the reader's own. */
export function readTensor(proto: TensorProto, limits: ModelLimits = modelLimits): Tensor {
  const where = `tensor '${proto.name ?? ''}'`
  if (proto.externalData.length > 0 || (proto.dataLocation ?? 0) !== 0) {
    unsupported(`${where} lies outside the file: save the model with its weights inside`)
  }
  const type = elementTypeOf(proto.dataType, where)
  if (proto.dims.length > limits.dimensionsMax) invalid(`${where} has too many dimensions`)
  const shape = proto.dims.map(Number)
  const count = countOf(shape)
  if (shape.some((size) => size < 0) || count > limits.elementsMax) {
    invalid(`${where} of shape [${shape.join(', ')}] is larger than its limit`)
  }
  const stored = storedCount(proto, type)
  if (stored !== count) invalid(`${where} should hold ${count} elements and holds ${stored}`)
  const data = elementsFor(type, count)
  fill(data, proto, type)
  return { type, shape, data }
}

/** A tensor as the initializer of a model, its data as raw bytes. */
export function writeTensor(name: string, tensor: Tensor): TensorProto {
  const { buffer, byteOffset, byteLength } = tensor.data
  return make(tensorProto, {
    name,
    dims: tensor.shape.map(BigInt),
    dataType: codes[tensor.type],
    rawData: new Uint8Array(buffer, byteOffset, byteLength).slice(),
  })
}

function storedCount(proto: TensorProto, type: ElementType): number {
  if (proto.rawData !== undefined) return proto.rawData.length / widths[type]
  return listOf(proto, type).length
}

function listOf(proto: TensorProto, type: ElementType): readonly (number | bigint)[] {
  if (type === 'float32') return proto.floatData
  if (type === 'float64') return proto.doubleData
  return type === 'int64' ? proto.int64Data : proto.int32Data
}

function fill(data: Elements[ElementType], proto: TensorProto, type: ElementType): void {
  if (proto.rawData !== undefined) {
    new Uint8Array(data.buffer).set(proto.rawData)
    return
  }
  const list = listOf(proto, type)
  if (data instanceof BigInt64Array) data.set(list as readonly bigint[])
  else data.set(list as readonly number[])
}
