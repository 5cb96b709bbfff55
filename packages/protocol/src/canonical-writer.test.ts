import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Canonical } from './canonical.ts'
import { encoderUnder } from './canonical.ts'
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
    ['the same keys in another order', { abcb: 3, abcd: 1, abca: 2 }],
    ['a first key that others had', [{ b: 1, a: 2 }, { b: 1, c: 2 }, { b: 1 }, { b: 1, a: 3 }]],
    ['many objects of one first key', [...Array(30).keys()].map((i) => ({ zz: i, [`k${i}`]: i }))],
    ['many first keys', [...Array(600).keys()].map((i) => ({ [`k${i}`]: i, a: i }))],
    ['more keys than are kept', Object.fromEntries([...Array(99).keys()].map((i) => [`k${i}`, i]))],
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

describe('canonical bytes under a domain', () => {
  const under = encoderUnder('vcp/test/1')

  test('are hashed behind it, and are those of the value alone', () => {
    fc.assert(
      fc.property(anything, (value) => {
        if (byLibrary(value) === 'refused') return
        const { bytes, hashed } = under(value as Canonical)
        expect(Uint8Array.from(bytes)).toEqual(byLibrary(value))
        expect(Uint8Array.from(hashed)).toEqual(byLibrary(['vcp/test/1', value]))
      }),
      { numRuns: propertyRuns },
    )
  })

  test('take the part that is at hand from there, wherever it stands', () => {
    const task = taskOf('wasm_execution')
    const value = { list: [1, task], task, other: { ...task } }
    const part = { value: task, bytes: under(task).bytes }
    expect(under(value, part)).toEqual(under(value))
    const marked = { value: task, bytes: Uint8Array.of(0xf6) }
    const ofNull = { list: [1, null], task: null, other: { ...task } }
    expect(under(value, marked)).toEqual(under(ofNull))
    expect(under(value)).not.toEqual(under(ofNull))
  })

  test('are the whole of what the library writes where it is left to it', () => {
    const task = taskOf('wasm_execution')
    const value = { ключ: task }
    const part = { value: task, bytes: Uint8Array.of(0xf6) }
    expect(Uint8Array.from(under(value, part).bytes)).toEqual(byLibrary(value))
  })
})
