import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cidOf, readCid } from './cid.ts'
import { Cid, Digest, NodeId, OwnerAddress, PeerId, TaskId, uuidV7From } from './ids.ts'
import { propertyRuns } from './testing/property.ts'
import { ana, blob } from './testing/samples.ts'

describe('ids', () => {
  test('of UUID version 7 carry their time, as the example of RFC 9562 does', () => {
    // RFC 9562, appendix A.6.
    const random = Uint8Array.of(0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f)
    expect(uuidV7From(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
  })

  test('made of any time and randomness are valid, and sort by time', () => {
    const time = fc.nat({ max: 2 ** 48 - 2 })
    const random = fc.uint8Array({ minLength: 10, maxLength: 10 })
    fc.assert(
      fc.property(time, random, random, (atMs, first, second) => {
        const [earlier, later] = [uuidV7From(atMs, first), uuidV7From(atMs + 1, second)]
        expect(TaskId.safeParse(earlier).success).toBe(true)
        expect(earlier < later).toBe(true)
      }),
      { numRuns: propertyRuns },
    )
    expect(() => uuidV7From(2 ** 48, new Uint8Array(10))).toThrow(RangeError)
    expect(() => uuidV7From(0, new Uint8Array(9))).toThrow(RangeError)
  })

  test.each([
    [NodeId, 'a'.repeat(64), 'a'.repeat(65)],
    [NodeId, 'lab-7_B', 'lab 7'],
    [NodeId, '0', ''],
    [NodeId, 'x', 'x\n'],
    [PeerId, ana.peerId, ana.peerId.toLowerCase()],
    [PeerId, ana.peerId, `${ana.peerId}1`],
    [Digest, 'a'.repeat(64), 'A'.repeat(64)],
    [OwnerAddress, `0x${'a'.repeat(40)}`, `0x${'A'.repeat(40)}`],
    [Cid, blob, blob.toUpperCase()],
    [TaskId, '019f0000-0000-7000-8000-000000000001', '019f0000-0000-4000-8000-000000000001'],
    [TaskId, '019f0000-0000-7000-8000-000000000001', '019F0000-0000-7000-8000-000000000001'],
  ])('have one spelling: %#', (schema, good, bad) => {
    expect(schema.safeParse(good).success).toBe(true)
    expect(schema.safeParse(bad).success).toBe(false)
  })
})

describe('a CID', () => {
  test('is what IPFS makes of the same bytes', () => {
    // `ipfs add --cid-version 1 --raw-leaves` of the text "hello world".
    expect(cidOf('raw', new TextEncoder().encode('hello world'))).toBe(
      'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
    )
  })

  test('reads back to its codec and digest', () => {
    fc.assert(
      fc.property(fc.constantFrom('raw', 'dag-pb', 'dag-cbor'), fc.uint8Array(), (codec, bytes) => {
        const cid = cidOf(codec, bytes)
        expect(Cid.safeParse(cid).success).toBe(true)
        expect(readCid(cid)).toMatchObject({ ok: true, value: { codec } })
      }),
      { numRuns: propertyRuns },
    )
  })

  test.each([
    ['of version 0', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKU2kM'.padEnd(59, 'a')],
    ['with bits left over that should be zero', `${blob.slice(0, -1)}b`],
    ['with another hash function', 'bafkrwi'.padEnd(59, 'a')],
    ['in upper case', blob.toUpperCase()],
    ['of noise', 'b'.padEnd(59, '7')],
    ['of nothing', ''],
  ])('%s is refused', (_, text) => {
    expect(readCid(text)).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('of any text is read or refused, never thrown over', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ minLength: 58, maxLength: 58 }).map((s) => `b${s}`),
        ),
        (text) => {
          const read = readCid(text)
          if (read.ok) expect(Cid.safeParse(text).success).toBe(true)
        },
      ),
      { numRuns: propertyRuns },
    )
  })
})
