// The messages of onnx.proto that a model of tensors needs, as tables. Sparse tensors, functions
// and training information are not named: they are kept as unknown bytes, and `readModel` refuses
// them.
import type { Field, Message, MessageTable, ScalarKind } from './codec.ts'

export interface Dimension extends Message {
  readonly dimValue?: bigint
  readonly dimParam?: string
  readonly denotation?: string
}
export interface TensorShape extends Message {
  readonly dim: readonly Dimension[]
}
export interface TensorTypeProto extends Message {
  readonly elemType?: number
  readonly shape?: TensorShape
}
export interface TypeProto extends Message {
  readonly tensorType?: TensorTypeProto
  readonly denotation?: string
}
export interface ValueInfo extends Message {
  readonly name?: string
  readonly type?: TypeProto
  readonly docString?: string
}
export interface StringEntry extends Message {
  readonly key?: string
  readonly value?: string
}
export interface TensorProto extends Message {
  readonly dims: readonly bigint[]
  readonly dataType?: number
  readonly floatData: readonly number[]
  readonly int32Data: readonly number[]
  readonly stringData: readonly Uint8Array[]
  readonly int64Data: readonly bigint[]
  readonly name?: string
  readonly rawData?: Uint8Array
  readonly doubleData: readonly number[]
  readonly docString?: string
  readonly externalData: readonly StringEntry[]
  readonly dataLocation?: number
}
export interface AttributeProto extends Message {
  readonly name?: string
  readonly f?: number
  readonly i?: bigint
  readonly s?: Uint8Array
  readonly t?: TensorProto
  readonly g?: GraphProto
  readonly floats: readonly number[]
  readonly ints: readonly bigint[]
  readonly strings: readonly Uint8Array[]
  readonly tensors: readonly TensorProto[]
  readonly graphs: readonly GraphProto[]
  readonly docString?: string
  readonly type?: number
  readonly refAttrName?: string
}
export interface NodeProto extends Message {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly name?: string
  readonly opType?: string
  readonly attribute: readonly AttributeProto[]
  readonly docString?: string
  readonly domain?: string
}
export interface GraphProto extends Message {
  readonly node: readonly NodeProto[]
  readonly name?: string
  readonly initializer: readonly TensorProto[]
  readonly docString?: string
  readonly input: readonly ValueInfo[]
  readonly output: readonly ValueInfo[]
  readonly valueInfo: readonly ValueInfo[]
}
export interface OperatorSet extends Message {
  readonly domain?: string
  readonly version?: bigint
}
export interface ModelProto extends Message {
  readonly irVersion?: bigint
  readonly producerName?: string
  readonly producerVersion?: string
  readonly domain?: string
  readonly modelVersion?: bigint
  readonly docString?: string
  readonly graph?: GraphProto
  readonly opsetImport: readonly OperatorSet[]
  readonly metadataProps: readonly StringEntry[]
}

type Kind = ScalarKind | (() => MessageTable<object>)
function one(number: number, kind: Kind): Field {
  return { number, kind, isRepeated: false, isPacked: false }
}
function many(number: number, kind: Kind): Field {
  return { number, kind, isRepeated: true, isPacked: false }
}
function packed(number: number, kind: Kind): Field {
  return { number, kind, isRepeated: true, isPacked: true }
}

export const dimension: MessageTable<Dimension> = {
  name: 'TensorShapeProto.Dimension',
  fields: { dimValue: one(1, 'int64'), dimParam: one(2, 'string'), denotation: one(3, 'string') },
}
export const tensorShape: MessageTable<TensorShape> = {
  name: 'TensorShapeProto',
  fields: { dim: many(1, () => dimension) },
}
export const tensorType: MessageTable<TensorTypeProto> = {
  name: 'TypeProto.Tensor',
  fields: { elemType: one(1, 'int32'), shape: one(2, () => tensorShape) },
}
export const typeProto: MessageTable<TypeProto> = {
  name: 'TypeProto',
  fields: { tensorType: one(1, () => tensorType), denotation: one(6, 'string') },
}
export const valueInfo: MessageTable<ValueInfo> = {
  name: 'ValueInfoProto',
  fields: { name: one(1, 'string'), type: one(2, () => typeProto), docString: one(3, 'string') },
}
export const stringEntry: MessageTable<StringEntry> = {
  name: 'StringStringEntryProto',
  fields: { key: one(1, 'string'), value: one(2, 'string') },
}
export const tensorProto: MessageTable<TensorProto> = {
  name: 'TensorProto',
  fields: {
    dims: many(1, 'int64'),
    dataType: one(2, 'int32'),
    floatData: packed(4, 'float'),
    int32Data: packed(5, 'int32'),
    stringData: many(6, 'bytes'),
    int64Data: packed(7, 'int64'),
    name: one(8, 'string'),
    rawData: one(9, 'bytes'),
    doubleData: packed(10, 'double'),
    docString: one(12, 'string'),
    externalData: many(13, () => stringEntry),
    dataLocation: one(14, 'int32'),
  },
}
export const attributeProto: MessageTable<AttributeProto> = {
  name: 'AttributeProto',
  fields: {
    name: one(1, 'string'),
    f: one(2, 'float'),
    i: one(3, 'int64'),
    s: one(4, 'bytes'),
    t: one(5, () => tensorProto),
    g: one(6, () => graphProto),
    floats: many(7, 'float'),
    ints: many(8, 'int64'),
    strings: many(9, 'bytes'),
    tensors: many(10, () => tensorProto),
    graphs: many(11, () => graphProto),
    docString: one(13, 'string'),
    type: one(20, 'int32'),
    refAttrName: one(21, 'string'),
  },
}
export const nodeProto: MessageTable<NodeProto> = {
  name: 'NodeProto',
  fields: {
    input: many(1, 'string'),
    output: many(2, 'string'),
    name: one(3, 'string'),
    opType: one(4, 'string'),
    attribute: many(5, () => attributeProto),
    docString: one(6, 'string'),
    domain: one(7, 'string'),
  },
}
export const graphProto: MessageTable<GraphProto> = {
  name: 'GraphProto',
  fields: {
    node: many(1, () => nodeProto),
    name: one(2, 'string'),
    initializer: many(5, () => tensorProto),
    docString: one(10, 'string'),
    input: many(11, () => valueInfo),
    output: many(12, () => valueInfo),
    valueInfo: many(13, () => valueInfo),
  },
}
export const operatorSet: MessageTable<OperatorSet> = {
  name: 'OperatorSetIdProto',
  fields: { domain: one(1, 'string'), version: one(2, 'int64') },
}
export const modelProto: MessageTable<ModelProto> = {
  name: 'ModelProto',
  fields: {
    irVersion: one(1, 'int64'),
    producerName: one(2, 'string'),
    producerVersion: one(3, 'string'),
    domain: one(4, 'string'),
    modelVersion: one(5, 'int64'),
    docString: one(6, 'string'),
    graph: one(7, () => graphProto),
    opsetImport: many(8, () => operatorSet),
    metadataProps: many(14, () => stringEntry),
  },
}
