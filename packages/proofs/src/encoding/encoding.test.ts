import { Digest, Nonce, PeerId, sha256, TaskId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { scalarModulus } from '../field/scalar-field.ts'
import { commitmentTo, digestLimbs, domainTag, packed } from './field-encoding.ts'
import { contextElement, type ProofContext } from './proof-context.ts'

const context: ProofContext = {
  taskId: TaskId.parse('01890a5d-ac96-774b-bcce-b302099a8057'),
  nodeId: PeerId.parse('12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'),
  input: sha256(new Uint8Array([1])),
  output: sha256(new Uint8Array([2])),
  nonce: Nonce.parse('00112233445566778899aabbccddeeff'),
}

describe('the encoding of digests', () => {
  test('keeps digests apart that are equal modulo r', () => {
    const low = Digest.parse('0'.repeat(64))
    const high = Digest.parse(scalarModulus.toString(16).padStart(64, '0'))
    expect(digestLimbs(high)).not.toEqual(digestLimbs(low))
  })

  test('has all of a digest, its high half first', () => {
    const [high, low] = digestLimbs(context.input)
    const whole = (high << 128n) | low
    expect(whole.toString(16).padStart(64, '0')).toBe(context.input)
    expect([high >> 128n, low >> 128n]).toEqual([0n, 0n])
  })
})

describe('a commitment', () => {
  const tag = domainTag('test')

  test('is another one for another length, order, tag or value', () => {
    const lists = [[], [0n], [0n, 0n], [1n, 2n], [2n, 1n], new Array<bigint>(8).fill(0n)]
    const hashes = lists.map((list) => commitmentTo(tag, list))
    expect(new Set([...hashes, commitmentTo(domainTag('other'), [])]).size).toBe(7)
  })

  test('packs values without loss', () => {
    const values = Array.from({ length: 40 }, (_, i) => BigInt(65_535 - i))
    const elements = packed(values, 16)
    expect(elements).toHaveLength(3)
    const unpacked = elements.flatMap((element) =>
      Array.from({ length: 15 }, (_, i) => (element >> BigInt(16 * i)) & 0xffffn),
    )
    expect(unpacked.slice(0, 40)).toEqual(values)
    expect(elements.every((element) => element < scalarModulus)).toBe(true)
  })
})

describe('the context of a proof', () => {
  test('changes with each of its parts', () => {
    const others: ProofContext[] = [
      { ...context, taskId: TaskId.parse('01890a5d-ac96-774b-bcce-b302099a8058') },
      {
        ...context,
        nodeId: PeerId.parse('12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'),
      },
      { ...context, input: context.output },
      { ...context, output: context.input },
      { ...context, nonce: Nonce.parse('10112233445566778899aabbccddeeff') },
    ]
    const elements = [context, ...others].map(contextElement)
    expect(new Set(elements).size).toBe(6)
  })
})
