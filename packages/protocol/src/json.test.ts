import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { BoundedJson, measureJson, parse, parseJsonText } from './json.ts'
import { limits } from './limits.ts'

function nested(depth: number): unknown {
  return JSON.parse(`${'['.repeat(depth)}0${']'.repeat(depth)}`)
}

describe('JSON from outside', () => {
  test('passes up to its bounds', () => {
    expect(measureJson(nested(limits.jsonDepthMax))).toBeNull()
    const keys = Object.fromEntries(
      Array.from({ length: limits.jsonKeysMax }, (_, i) => [`k${i}`, i]),
    )
    expect(measureJson(keys)).toBeNull()
    expect(measureJson({ ['k'.repeat(limits.jsonKeyCharactersMax)]: 1 })).toBeNull()
  })

  test.each([
    ['one level deeper', nested(limits.jsonDepthMax + 1), 'nested deeper than 16'],
    ['a million levels', nested(1_000_000), 'nested deeper than 16'],
    [
      'one key more',
      Object.fromEntries(Array.from({ length: limits.jsonKeysMax + 1 }, (_, i) => [`k${i}`, i])),
      'more than 1000 keys',
    ],
    ['a long key', { ['k'.repeat(limits.jsonKeyCharactersMax + 1)]: 1 }, 'a key longer than 256'],
    ['a key that pollutes', JSON.parse('{"a": {"__proto__": 1}}'), 'a key named __proto__'],
    [
      'too many items',
      Array.from({ length: limits.jsonItemsMax + 1 }, () => 0),
      'more than 100000',
    ],
    ['a lone surrogate', ['\ud800'], 'not valid Unicode'],
    ['a lone surrogate in a key', { '\udc00': 1 }, 'not valid Unicode'],
    ['a number that is none', [Number.NaN], 'not finite'],
    ['undefined', [undefined], 'of type undefined'],
    ['a big integer', [1n], 'of type bigint'],
    ['a date', [new Date(0)], 'not plain data'],
    ['a map', new Map(), 'not plain data'],
    ['a text without end', 'a'.repeat(limits.jsonStringCharactersMax + 1), 'a text longer'],
  ])('is refused with %s', (_, value, fault) => {
    expect(measureJson(value)).toContain(fault)
    expect(BoundedJson.safeParse(value).success).toBe(false)
    expect(parse(z.unknown(), value)).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('is refused when it refers to itself, without ending in a loop', () => {
    const self: unknown[] = []
    self.push(self)
    expect(measureJson(self)).toContain('nested deeper')
  })

  test('names every field that is wrong', () => {
    const schema = z.strictObject({ a: z.number(), b: z.string() })
    expect(parse(schema, { a: 'x', b: 1, c: 2 })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/a: .*b: .*c/s),
    })
  })

  test('is measured as text before it is read', () => {
    expect(parseJsonText(z.unknown(), '[1, 2]', 6)).toEqual({ ok: true, value: [1, 2] })
    expect(parseJsonText(z.unknown(), '[1, 2]', 5)).toMatchObject({ code: 'TOO_LARGE' })
    expect(parseJsonText(z.unknown(), '[1, 2', 6)).toMatchObject({ code: 'INVALID' })
  })
})
