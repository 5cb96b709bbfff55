// Attributes of a node, read with their defaults.
import type { AttributeProto, NodeProto } from './messages.ts'
import { invalid } from './rejection.ts'
import { readTensor, type Tensor } from './tensor.ts'

export interface Attributes {
  has(name: string): boolean
  int(name: string, byDefault: number): number
  float(name: string, byDefault: number): number
  text(name: string, byDefault: string): string
  ints(name: string): readonly number[] | null
  floats(name: string): readonly number[] | null
  tensor(name: string): Tensor | null
}

export function attributesOf(node: NodeProto): Attributes {
  const byName = new Map(node.attribute.map((attribute) => [attribute.name ?? '', attribute]))
  const get = <K extends keyof AttributeProto>(name: string, key: K) => {
    const attribute = byName.get(name)
    if (attribute === undefined) return undefined
    if ((attribute.refAttrName ?? '') !== '') invalid(`attribute ${name} refers to a function`)
    return attribute[key]
  }
  return {
    has: (name) => byName.has(name),
    int: (name, byDefault) => safeNumber(get(name, 'i') ?? BigInt(byDefault)),
    float: (name, byDefault) => get(name, 'f') ?? byDefault,
    text: (name, byDefault) => {
      const bytes = get(name, 's')
      return bytes === undefined ? byDefault : new TextDecoder().decode(bytes)
    },
    ints: (name) => get(name, 'ints')?.map(safeNumber) ?? null,
    floats: (name) => get(name, 'floats') ?? null,
    tensor: (name) => {
      const proto = get(name, 't')
      return proto === undefined ? null : readTensor(proto)
    },
  }
}

/** Numbers of 64 bits that stand for "to the end" lose their last bits, and nothing else. */
export function safeNumber(value: bigint): number {
  return Number(value)
}
