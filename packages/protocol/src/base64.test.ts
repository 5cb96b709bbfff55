import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { propertyRuns } from './testing/property.ts'

/** RFC 4648, section 10. */
const published = [
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
] as const

describe('base64', () => {
  test.each(published)('agrees with RFC 4648 on %j', (plain, encoded) => {
    const bytes = Uint8Array.from(Buffer.from(plain))
    expect(encodeBase64(bytes)).toBe(encoded)
    expect(decodeBase64(encoded)).toEqual(bytes)
  })

  test.each([
    ['without padding', 'Zg'],
    ['with half the padding', 'Zg='],
    ['with too much padding', 'Zm8=='],
    ['with padding alone', '='],
    ['with padding inside', 'Zg==Zg=='],
    ['with bits set behind the last byte', 'Zh=='],
    ['with bits set behind the last two bytes', 'Zm9='],
    ['with a character too many', 'Zm9vY'],
    ['with a newline', 'Zm9v\nYmFy'],
    ['with a space at the end', 'Zm9v '],
    ['in the alphabet for addresses', '-_-_'],
    ['with what is no character of it', 'Zm9*'],
    ['with a wide character', 'Zm9\u{ff21}'],
  ])('is refused %s', (_, text) => {
    expect(decodeBase64(text)).toBeNull()
  })

  test('brings all bytes back, spelt as others spell them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase64(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64'))
        expect(decodeBase64(text)).toEqual(bytes)
      }),
      { numRuns: propertyRuns },
    )
  })

  test('has one spelling of what it takes', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'AQZgm9+/='), maxLength: 12 })
    fc.assert(
      fc.property(fc.oneof(almost, fc.string({ unit: 'binary' })), (text) => {
        const bytes = decodeBase64(text)
        if (bytes !== null) expect(encodeBase64(bytes)).toBe(text)
      }),
      { numRuns: propertyRuns },
    )
  })
})
