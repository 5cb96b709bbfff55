import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Canonical } from './canonical.ts'
import { writeCanonical } from './canonical-writer.ts'
import { propertyRuns } from './testing/property.ts'
import { taskOf } from './testing/samples.ts'

const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(null, true, false, -0, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1, 1e300),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ maxLength: 300 }),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })), tie('value')),
  ),
}))

/** The library's bytes, or that it refuses. */
function byLibrary(value: unknown): Uint8Array | 'refused' {
  try {
    return Uint8Array.from(encode(value))
  } catch {
    return 'refused'
  }
}

describe('canonical bytes written by hand', () => {
  test('are those of the library, or are left to it', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const written = writeCanonical(value as Canonical)
        if (written !== null) expect(written).toEqual(byLibrary(value))
      }),
      { numRuns: propertyRuns },
    )
  })

  test.each([
    ['a task', taskOf('wasm_execution')],
    [
      'keys of all lengths',
      Object.fromEntries([...Array(40).keys()].map((i) => ['k'.repeat(i), i])),
    ],
    ['keys that differ late', { abcd: 1, abca: 2, abcb: 3 }],
    ['texts of other scripts', { text: 'žluťoučký kůň 🐎' }],
    ['a text larger than the room', 'x'.repeat(200_000)],
    ['the borders of the heads', [23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32]],
  ])('are written for %s', (_, value) => {
    expect(writeCanonical(value as Canonical)).toEqual(Uint8Array.from(encode(value)))
  })

  test.each([
    ['an undefined member', { a: undefined }],
    ['a key that is not ASCII', { ключ: 1 }],
    ['no finite number', Number.NaN],
    ['half a character', '\ud800'],
    ['an object of a class', new Date(0)],
    ['a number of any length', 1n],
  ])('leave %s to the library', (_, value) => {
    expect(writeCanonical(value as Canonical)).toBeNull()
  })
})
