import { scryptSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { cheapPasswords } from '../testing/test-accounts.ts'
import { createPasswords, standardCost } from './passwords.ts'

const passwords = createPasswords(cheapPasswords)

async function hashed(password: string, from = passwords): Promise<string> {
  const outcome = await from.hash(password)
  return outcome.ok ? outcome.value : expect.unreachable()
}

async function isRight(password: string, stored: string | null): Promise<boolean> {
  const outcome = await passwords.verify(password, stored)
  return outcome.ok ? outcome.value.isRight : expect.unreachable()
}

describe('a password', () => {
  test('is right or wrong', async () => {
    const stored = await hashed('correct horse')
    expect(await isRight('correct horse', stored)).toBe(true)
    expect(await isRight('correct horsf', stored)).toBe(false)
    expect(await isRight('', stored)).toBe(false)
  })

  test('is hashed with a salt of its own, and by scrypt as others have it', async () => {
    const [one, other] = [await hashed('correct horse'), await hashed('correct horse')]
    expect(one).not.toBe(other)
    const [, logN, r, p, salt = '', key] = one.split('$')
    const cost = { N: 2 ** Number(logN), r: Number(r), p: Number(p) }
    const again = scryptSync('correct horse', Buffer.from(salt, 'base64url'), 32, cost)
    expect(again.toString('base64url')).toBe(key)
  })

  test('of nobody is wrong, whatever it is', async () => {
    expect(await isRight('', null)).toBe(false)
    expect(await isRight('correct horse', null)).toBe(false)
  })

  test('is the same however its accents were typed', async () => {
    expect(await isRight('cafe\u0301 9876', await hashed('caf\u00e9 9876'))).toBe(true)
  })

  test('is known to be of an older cost', async () => {
    const dearer = createPasswords({ ...cheapPasswords, cost: { logN: 5, r: 8, p: 1 } })
    const stored = await hashed('correct horse')
    const checked = await dearer.verify('correct horse', stored)
    expect(checked).toEqual({ ok: true, value: { isRight: true, isDated: true } })
  })

  test('costs 32 MiB and three passes by default', () => {
    const { logN, r, p } = standardCost
    expect(128 * 2 ** logN * r).toBe(32 * 2 ** 20)
    expect(2 ** logN * r * p).toBeGreaterThanOrEqual(3 * 2 ** 18)
  })
})

describe('checks of passwords', () => {
  test('wait for one another, and are refused when too many wait', async () => {
    const narrow = createPasswords({ ...cheapPasswords, concurrency: 1, queueMax: 2 })
    const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => narrow.hash('correct horse')))
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, false, false])
    expect(outcomes[4]).toMatchObject({ code: 'OVERLOADED' })
    expect((await narrow.hash('correct horse')).ok).toBe(true)
  })
})
