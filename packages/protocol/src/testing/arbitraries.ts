// Generators shared by the property tests.
import * as fc from 'fast-check'
import type { Canonical } from '../canonical.ts'

/** Text that any encoder must carry: no lone surrogates. */
export const text = fc.string({ unit: 'binary', maxLength: 12 })

const key = text.filter((name) => name !== '__proto__')

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  text,
)

/** Any value that has a canonical encoding. */
export const canonicalValue: fc.Arbitrary<Canonical> = fc.letrec<{ node: Canonical }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.uint8Array({ maxLength: 24 }),
    fc.array(tie('node'), { maxLength: 6 }),
    fc.dictionary(key, tie('node'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).node

/** Values no sane program sends: what a schema must survive. */
export const hostile = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
    maxDepth: 5,
  } as fc.ObjectConstraints),
  fc.constantFrom<unknown>(
    Symbol('s'),
    () => 1,
    Object.create({ inherited: 1 }),
    JSON.parse('{"__proto__": {"polluted": true}}'),
    JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
    JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
    '\ud800',
    'a'.repeat(2_000_000),
    Array.from({ length: 200_000 }, () => 0),
    Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i])),
  ),
)
