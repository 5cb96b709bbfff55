import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { parseSecret } from './secret-json.ts'

const schema = z.strictObject({ secret: z.string().length(8) })

describe('the text of a secret file', () => {
  test('passes when it has the form', () => {
    expect(parseSecret(schema, '{"secret":"abcdefgh"}')).toEqual({
      ok: true,
      value: { secret: 'abcdefgh' },
    })
  })

  test.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['{"secret":"abcd', 'it is not valid JSON, perhaps cut short'],
    ['[]', 'it is not of that form'],
    ['{"secret":"abcdefgh","more":1}', 'it has fields that do not belong there'],
  ])('%j is refused: %s', (text, reason) => {
    expect(parseSecret(schema, text)).toEqual({ ok: false, code: 'INVALID', reason })
  })

  test('a wrong field is named', () => {
    expect(parseSecret(schema, '{"secret":1}')).toMatchObject({
      reason: expect.stringMatching(/^secret: /),
    })
  })

  test('is never quoted, however it is damaged', () => {
    const word = 'SWORDFISH'
    const damages = [
      (at: number) => `{"secret":"${word}"}`.slice(0, at),
      (at: number) => `{"${word}":"${word}","x":${at}}`,
      (at: number) => `${word}${at}`,
      (at: number) => JSON.stringify({ secret: { [word]: at } }),
      (at: number) => JSON.stringify([word, at]),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...damages), fc.nat(20), (damage, at) => {
        const read = parseSecret(schema, damage(at))
        expect(read.ok).toBe(false)
        expect(JSON.stringify(read)).not.toContain(word.slice(0, 4))
      }),
    )
  })
})
