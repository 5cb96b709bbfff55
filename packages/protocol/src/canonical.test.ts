import { decode } from '@ipld/dag-cbor'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCanonical, encodeCanonical, scanCanonical } from './canonical.ts'
import { limits } from './limits.ts'
import { canonicalValue } from './testing/arbitraries.ts'
import { propertyRuns } from './testing/property.ts'

/** Examples of RFC 8949, appendix A, that are also in the restricted form. */
const published: readonly (readonly [hex: string, value: unknown])[] = [
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['20', -1],
  ['3863', -100],
  ['3903e7', -1000],
  ['fb3ff199999999999a', 1.1],
  ['fbc010666666666666', -4.1],
  ['fb7e37e43c8800759c', 1.0e300],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['6449455446', 'IETF'],
  ['62c3bc', '\u00fc'],
  ['64f0908591', '\ud800\udd51'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['a0', {}],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
]

describe('canonical bytes', () => {
  test.each(published)('read and write %s of RFC 8949', (hex, value) => {
    expect(decodeCanonical(hexToBytes(hex))).toEqual({ ok: true, value })
    expect(bytesToHex(encodeCanonical(value as never))).toBe(hex)
  })

  test('order keys by length, then by bytes', () => {
    const bytes = encodeCanonical({ bb: 1, a: 2, c: 3, aa: 4 })
    expect(bytesToHex(bytes)).toBe('a46161026163036261610462626201')
  })

  test.each([
    ['1800', 'an integer in two bytes that fits in one'],
    ['190017', 'an integer in three bytes that fits in one'],
    ['1a0000ffff', 'an integer in five bytes that fits in three'],
    ['1b00000000ffffffff', 'an integer in nine bytes that fits in five'],
    ['1b0020000000000000', 'an integer beyond 2^53 - 1'],
    ['3b001fffffffffffff', 'a negative integer beyond -(2^53 - 1)'],
    ['c249010000000000000000', 'a big number'],
    ['7800', 'a length in two bytes that fits in one'],
    ['f97e00', 'NaN in 16 bits'],
    ['fb7ff8000000000000', 'NaN in 64 bits'],
    ['fb7ff0000000000000', 'infinity'],
    ['fbfff0000000000000', 'negative infinity'],
    ['f93c00', 'a fraction in 16 bits'],
    ['fa47c35000', 'a fraction in 32 bits'],
    ['fb3ff0000000000000', 'a whole number as a fraction'],
    ['fb8000000000000000', 'negative zero'],
    ['f7', 'undefined'],
    ['f0', 'a simple value'],
    ['f818', 'a simple value in two bytes'],
    ['ff', 'a break'],
    ['9f01ff', 'an array of indefinite length'],
    ['bf616101ff', 'a map of indefinite length'],
    ['7f6161ff', 'a text of indefinite length'],
    ['5f4101ff', 'bytes of indefinite length'],
    ['a2616101616102', 'a repeated key'],
    ['a2616201616101', 'keys out of order'],
    ['a262616101616202', 'a longer key before a shorter one'],
    ['a10101', 'a key that is a number'],
    ['a1f601', 'a key that is null'],
    ['a1416101', 'a key of bytes'],
    ['a1695f5f70726f746f5f5fa0', 'a key named __proto__'],
    ['62c328', 'text that is not UTF-8'],
    ['63eda080', 'a surrogate in UTF-8'],
    ['62c080', 'an overlong zero'],
    ['64f4908080', 'a character beyond U+10FFFF'],
    ['d82a4100', 'a tag'],
    ['0000', 'bytes after the end'],
    ['', 'nothing'],
    ['18', 'a head cut short'],
    ['fb00', 'a fraction cut short'],
    ['6261', 'a text cut short'],
    ['8201', 'an array cut short'],
    ['9bffffffffffffffff', 'an array that claims 2^64 items'],
    ['5bffffffffffffffff', 'bytes that claim 2^64'],
    ['bb7fffffffffffffff', 'a map that claims 2^63 entries'],
    ['1c', 'a reserved length'],
  ])('refuse %s: %s', (hex) => {
    expect(decodeCanonical(hexToBytes(hex))).toMatchObject({ ok: false, code: 'NOT_CANONICAL' })
  })

  test('refuse nesting that would exhaust a stack, and take what the limit allows', () => {
    const nested = (depth: number) =>
      Uint8Array.from([...Array.from({ length: depth }, () => 0x81), 0x00])
    expect(decodeCanonical(nested(limits.canonicalDepthMax)).ok).toBe(true)
    expect(decodeCanonical(nested(limits.canonicalDepthMax + 1)).ok).toBe(false)
    expect(decodeCanonical(nested(1_000_000)).ok).toBe(false)
  })

  test('refuse more bytes than the caller takes, unread', () => {
    expect(decodeCanonical(new Uint8Array(11), 10)).toMatchObject({ ok: false, code: 'TOO_LARGE' })
  })

  test('refuse more items than the limit', () => {
    const many = encodeCanonical(Array.from({ length: limits.canonicalItemsMax + 1 }, () => 0))
    expect(decodeCanonical(many).ok).toBe(false)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, { a: undefined }, () => 1])(
    'are not made of %s',
    (value) => {
      expect(() => encodeCanonical(value as never)).toThrow()
    },
  )

  test('decode to what was encoded', () => {
    fc.assert(
      fc.property(canonicalValue, (value) => {
        const bytes = encodeCanonical(value)
        expect(decodeCanonical(bytes)).toEqual({ ok: true, value })
      }),
      { numRuns: propertyRuns },
    )
  })

  test('that are accepted encode back to themselves, however they were changed', () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }))
    fc.assert(
      fc.property(canonicalValue, fc.array(change, { maxLength: 3 }), (value, changes) => {
        const bytes = encodeCanonical(value)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        const decoded = decodeCanonical(bytes)
        if (decoded.ok) expect(encodeCanonical(decoded.value)).toEqual(bytes)
        else expect(decoded.code).toBe('NOT_CANONICAL')
      }),
      { numRuns: propertyRuns },
    )
  })

  test('of noise never make the scanner throw, and what it passes the decoder can read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        if (scanCanonical(bytes) === null) decode(bytes)
      }),
      { numRuns: propertyRuns },
    )
  })
})
