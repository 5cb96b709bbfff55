import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { named, signed, unsigned } from '../testing/assemble.ts'
import { propertyRuns } from '../testing/property.ts'
import { bounds } from './bounds.ts'
import { Reader } from './reader.ts'
import { catchingRefusal } from './rejection.ts'

function readerOf(...bytes: number[]): Reader {
  return new Reader(Uint8Array.from(bytes))
}

/** What a step gives, or the code and place of its refusal. */
function outcome<T>(step: () => T): T | readonly [code: string, offset: number | null] {
  const given = catchingRefusal(step)
  if (typeof given !== 'object' || given === null || !('code' in given)) return given as T
  return [given.code, given.offset]
}

describe('an unsigned number', () => {
  test.each([
    [[0x00], 0],
    [[0x02], 2],
    [[0x7f], 127],
    [[0x80, 0x01], 128],
    // The example of the DWARF standard, from which LEB128 comes.
    [[0xb9, 0x64], 12_857],
    [[0xe5, 0x8e, 0x26], 624_485],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffff_ffff],
    // "ceil(N/7) bytes": padding is allowed up to the fifth.
    [[0x83, 0x80, 0x80, 0x80, 0x00], 3],
  ])('is read from %j', (bytes, value) => {
    const reader = readerOf(...bytes, 0xaa)
    expect(reader.u32()).toBe(value)
    expect(reader.pos).toBe(bytes.length)
  })

  test.each([
    [[], 'MALFORMED_TRUNCATED', 0],
    [[0x80], 'MALFORMED_TRUNCATED', 1],
    [[0x80, 0x80, 0x80, 0x80], 'MALFORMED_TRUNCATED', 4],
    [[0x80, 0x80, 0x80, 0x80, 0x10], 'MALFORMED_LEB', 0],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x00], 'MALFORMED_LEB', 0],
    [[0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], 'MALFORMED_LEB', 0],
  ])('is not read from %j', (bytes, code, offset) => {
    expect(outcome(() => readerOf(...bytes).u32())).toEqual([code, offset])
  })

  test('is what was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (value) => {
        expect(readerOf(...unsigned(value)).u32()).toBe(value)
      }),
      { numRuns: propertyRuns },
    )
  })
})

describe('a signed number', () => {
  test.each([
    [32, [0x7f]],
    [32, [0xc0, 0xbb, 0x78]],
    [32, [0x80, 0x80, 0x80, 0x80, 0x78]],
    [32, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [32, [0x80, 0x80, 0x80, 0x80, 0x00]],
    [64, [...new Array<number>(9).fill(0x80), 0x7f]],
    [64, [...new Array<number>(9).fill(0xff), 0x00]],
  ] as const)('of %i bits is stepped over: %j', (bits, bytes) => {
    const reader = readerOf(...bytes, 0xaa)
    reader.skipSigned(bits)
    expect(reader.pos).toBe(bytes.length)
  })

  test.each([
    [32, [0x80, 0x80, 0x80, 0x80, 0x08]],
    [32, [0x80, 0x80, 0x80, 0x80, 0x70]],
    [32, [0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    [64, [...new Array<number>(9).fill(0x80), 0x01]],
    [64, [...new Array<number>(9).fill(0x80), 0x7e]],
    [64, [...new Array<number>(10).fill(0x80), 0x00]],
  ] as const)('of %i bits is none: %j', (bits, bytes) => {
    expect(outcome(() => readerOf(...bytes).skipSigned(bits))).toEqual(['MALFORMED_LEB', 0])
  })

  test('of 64 bits is as long as it was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const reader = readerOf(...signed(value), 0xaa)
        reader.skipSigned(64)
        expect(reader.pos).toBe(signed(value).length)
      }),
      { numRuns: propertyRuns },
    )
  })
})

describe('a reader', () => {
  test('ends where it is told to, not where the bytes end', () => {
    const reader = new Reader(Uint8Array.of(1, 2, 3, 4), 1, 3)
    expect([reader.u8(), reader.done, reader.u8(), reader.done]).toEqual([2, false, 3, true])
    expect(outcome(() => reader.u8())).toEqual(['MALFORMED_TRUNCATED', 3])
    expect(outcome(() => reader.skip(1))).toEqual(['MALFORMED_TRUNCATED', 3])
  })

  test('believes no count of more things than there are bytes', () => {
    expect(readerOf(2, 0, 0).count()).toBe(2)
    expect(outcome(() => readerOf(3, 0, 0).count())).toEqual(['MALFORMED_TRUNCATED', 0])
  })
})

describe('a name', () => {
  test.each(['', '_start', 'größe', '日本', '\u{feff}with a mark', '\u0000'])('is %j', (text) => {
    expect(readerOf(...named(text)).name()).toBe(text)
  })

  test.each([
    [[1, 0xff]],
    [[2, 0xc3, 0x28]],
    // A surrogate, and a slash in more bytes than it takes.
    [[3, 0xed, 0xa0, 0x80]],
    [[2, 0xc0, 0xaf]],
  ])('is no UTF-8 in %j', (bytes) => {
    expect(outcome(() => readerOf(...bytes).name())).toEqual(['MALFORMED_NAME', 1])
  })

  test('is bounded in its bytes, before they are looked for', () => {
    const longest = 'a'.repeat(bounds.nameBytes.value)
    expect(readerOf(...named(longest)).name()).toBe(longest)
    const tooLong = outcome(() => readerOf(...unsigned(bounds.nameBytes.value + 1)).name())
    expect(tooLong).toEqual(['LIMIT_NAME_BYTES', 2])
  })
})
