import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lenet, mlp, transformer } from '../testing/models.ts'
import { createNumbers } from '../testing/numbers.ts'
import { ModelBuilder } from './build-model.ts'
import { decodeMessage, encodeMessage, make } from './codec.ts'
import { modelLimits } from './limits.ts'
import {
  attributeProto,
  modelProto,
  nodeProto,
  stringEntry,
  type TensorProto,
  tensorProto,
} from './messages.ts'
import { checkedModel, decodeModel, encodeModel } from './read-model.ts'
import { Rejection } from './rejection.ts'
import { type ElementType, elementCode, readTensor, writeTensor } from './tensor.ts'

const models = { mlp: mlp(), lenet: lenet(16), transformer: transformer() }

function rejectionOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof Rejection) return `${error.code}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('the codec', () => {
  test.each(Object.entries(models))('gives back %s byte for byte', (_, model) => {
    const bytes = encodeModel(model)
    const decoded = decodeModel(bytes)
    if (!decoded.ok) expect.fail(decoded.reason)
    expect(encodeModel(decoded.value)).toEqual(bytes)
    expect(decoded.value).toEqual(model)
  })

  test('keeps fields that it does not know, of every wire type', () => {
    const foreign = [
      [0x98, 0x06, 0x05],
      [0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8],
      [0xaa, 0x06, 2, 9, 9],
      [0xb5, 0x06, 1, 2, 3, 4],
    ].flat()
    const bytes = Uint8Array.from([...encodeModel(models.mlp), ...foreign])
    const decoded = decodeModel(bytes)
    if (!decoded.ok) expect.fail(decoded.reason)
    expect(encodeModel(decoded.value)).toEqual(bytes)
  })

  test('reads repeated numbers packed and one by one', () => {
    const loose = Uint8Array.of(0x08, 2, 0x08, 3)
    const packed = Uint8Array.of(0x0a, 2, 2, 3)
    const [one, other] = [loose, packed].map((b) => decodeMessage(tensorProto, b, modelLimits))
    expect(one?.dims).toEqual([2n, 3n])
    expect(other?.dims).toEqual([2n, 3n])
  })

  test('carries every integer of 64 bits, signed', () => {
    const ints = [0n, 1n, -1n, 127n, 128n, 2n ** 49n - 1n, 2n ** 56n, 2n ** 63n - 1n, -(2n ** 63n)]
    const bytes = encodeMessage(attributeProto, make(attributeProto, { ints }))
    expect(decodeMessage(attributeProto, bytes, modelLimits).ints).toEqual(ints)
  })

  test('carries floats, doubles, texts and bytes', () => {
    const tensor = make(tensorProto, {
      floatData: [0.5, -3, Number.POSITIVE_INFINITY],
      doubleData: [0.1, -1e300],
      int32Data: [-7, 2 ** 31 - 1],
      stringData: [Uint8Array.of(0, 255)],
      name: 'größe \u{1f9f9}',
    })
    expect(decodeMessage(tensorProto, encodeMessage(tensorProto, tensor), modelLimits)).toEqual(
      tensor,
    )
  })
})

describe('a hostile model', () => {
  test('that is too large is refused before it is read', () => {
    expect(decodeModel(new Uint8Array(11), { ...modelLimits, bytesMax: 10 })).toMatchObject({
      code: 'TOO_LARGE',
    })
  })

  test('that claims more than there is is refused', () => {
    expect(decodeModel(Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f))).toMatchObject({
      code: 'MODEL_INVALID',
    })
  })

  test('whose messages lie too deep is refused', () => {
    let bytes: Uint8Array = encodeMessage(nodeProto, make(nodeProto, { opType: 'If' }))
    for (let depth = 0; depth < 10; depth++) {
      const graph = Uint8Array.from([0x0a, ...sized(bytes)])
      const attribute = Uint8Array.from([0x32, ...sized(graph)])
      bytes = Uint8Array.from([0x2a, ...sized(attribute)])
    }
    expect(rejectionOf(() => decodeMessage(nodeProto, bytes, modelLimits))).toContain('deep')
  })

  test('with more numbers than its limit is refused', () => {
    const bytes = Uint8Array.from([0x0a, 100, ...new Uint8Array(100)])
    const limits = { ...modelLimits, valuesMax: 50 }
    expect(rejectionOf(() => decodeMessage(tensorProto, bytes, limits))).toContain('more than 50')
  })

  test('with a number of eleven bytes, or a text that is not UTF-8, is refused', () => {
    const long = Uint8Array.from([0x08, ...new Uint8Array(10).fill(0xff), 1])
    expect(rejectionOf(() => decodeMessage(modelProto, long, modelLimits))).toContain('ten bytes')
    const text = Uint8Array.of(0x12, 1, 0xff)
    expect(rejectionOf(() => decodeMessage(modelProto, text, modelLimits))).toContain('UTF-8')
  })

  test('whose weights lie outside the file is refused', () => {
    const entry = make(stringEntry, { key: 'location', value: '/etc/passwd' })
    const tensor = make(tensorProto, { name: 'w', dataType: 1, externalData: [entry] })
    expect(rejectionOf(() => readTensor(tensor))).toContain('outside the file')
    const located = make(tensorProto, { name: 'w', dataType: 1, dataLocation: 1 })
    expect(rejectionOf(() => readTensor(located))).toContain('outside the file')
  })

  test.each<[string, readonly bigint[]]>([
    ['a negative size', [-1n]],
    ['a size that overflows', [2n ** 40n, 2n ** 40n]],
    ['more elements than it holds', [3n]],
    ['too many axes', Array.from({ length: 9 }, () => 1n)],
  ])('with a tensor of %s is refused', (_, dims) => {
    const tensor = make(tensorProto, { dims, dataType: 1, rawData: new Uint8Array(4) })
    expect(rejectionOf(() => readTensor(tensor))).toContain('MODEL_INVALID')
  })

  test('with 16-bit floats is told to convert', () => {
    const tensor = make(tensorProto, { dims: [1n], dataType: 10, rawData: new Uint8Array(2) })
    expect(rejectionOf(() => readTensor(tensor))).toContain('convert the model to float32')
  })

  test('of an operator set or a domain that is not read is refused', () => {
    expect(rejectionOf(() => checkedModel(new ModelBuilder(9).build()))).toContain('opset_version')
    const model = mlp()
    const graph = model.graph!
    const node = graph.node.map((each) => ({ ...each, domain: 'com.microsoft' }))
    const foreign = { ...model, graph: { ...graph, node } }
    expect(rejectionOf(() => checkedModel(foreign))).toContain('standard operators')
  })

  test('is read or refused, whatever bytes were changed', () => {
    const bytes = encodeModel(transformer())
    const numbers = createNumbers(7)
    for (let count = 0; count < 400; count++) {
      const changed = bytes.slice(0, count % 3 === 0 ? numbers.below(bytes.length) : undefined)
      for (let each = 0; each < 1 + (count % 4); each++) {
        changed[numbers.below(changed.length)] = numbers.below(256)
      }
      const decoded = decodeModel(changed)
      if (!decoded.ok) expect(decoded.code).toBe('MODEL_INVALID')
    }
  })

  test('of any bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const decoded = decodeModel(bytes)
        return decoded.ok || decoded.code === 'MODEL_INVALID'
      }),
    )
  })
})

describe('a tensor', () => {
  test.each<[ElementType, Partial<TensorProto>, readonly (number | bigint)[]]>([
    ['float32', { floatData: [1, 2.5] }, [1, 2.5]],
    ['int64', { int64Data: [-1n, 5n] }, [-1n, 5n]],
    ['int32', { int32Data: [-1, 5] }, [-1, 5]],
    ['bool', { int32Data: [0, 1] }, [0, 1]],
    ['float64', { doubleData: [0.1, -2] }, [0.1, -2]],
  ])('of %s is read from its own list', (type, lists, expected) => {
    const proto = make(tensorProto, { dims: [2n], dataType: elementCode(type), ...lists })
    const tensor = readTensor(proto)
    expect([tensor.type, Array.from(tensor.data as ArrayLike<unknown>)]).toEqual([type, expected])
  })

  test('comes back as it was written', () => {
    const tensor = { type: 'int64', shape: [2], data: BigInt64Array.of(-5n, 2n ** 62n) } as const
    expect(readTensor(writeTensor('t', tensor))).toEqual(tensor)
  })
})

function sized(bytes: Uint8Array): number[] {
  const length: number[] = []
  let rest = bytes.length
  for (; rest >= 0x80; rest >>>= 7) length.push((rest & 0x7f) | 0x80)
  return [...length, rest, ...bytes]
}
