import { describe, expect, test } from 'vitest'
import type { Host } from '../host.ts'
import { askNewPassword, askPassword, backupLock, walletLock } from './password.ts'

/** A host with a terminal that gives these answers, or without one. */
function host(env: Record<string, string>, answers: readonly string[] | null = null) {
  const asked: string[] = []
  const pending = [...(answers ?? [])]
  const made: Pick<Host, 'env' | 'askSecret'> = {
    env,
    askSecret: async (question) => {
      asked.push(question)
      return pending.shift() ?? null
    },
  }
  return { host: made as Host, asked }
}

describe('a password', () => {
  test('comes from the environment, and then nobody is asked', async () => {
    const { host: given, asked } = host({ VCP_WALLET_PASSWORD: 'from the env' }, ['typed'])
    expect(await askPassword(given, walletLock)).toBe('from the env')
    expect(await askNewPassword(given, walletLock)).toBe('from the env')
    expect(asked).toEqual([])
  })

  test('of a backup does not come from the variable of the wallet', async () => {
    const { host: given } = host({ VCP_WALLET_PASSWORD: 'from the env' }, ['typed'])
    expect(await askPassword(given, backupLock)).toBe('typed')
  })

  test('is asked once to open and twice to make; an empty variable is none', async () => {
    const { host: given, asked } = host({ VCP_WALLET_PASSWORD: '' }, [
      'one',
      'two words',
      'two words',
    ])
    expect(await askPassword(given, walletLock)).toBe('one')
    expect(await askNewPassword(given, walletLock)).toBe('two words')
    expect(asked).toHaveLength(3)
  })

  test('that nobody can be asked for is missing, and the variable is named', async () => {
    for (const ask of [askPassword, askNewPassword]) {
      await expect(ask(host({}).host, backupLock)).rejects.toMatchObject({
        code: 'PASSWORD_MISSING',
        exitCode: 4,
        hint: expect.stringContaining('VCP_BACKUP_PASSWORD'),
      })
    }
  })

  test('for something new has 8 characters at least, counted as people do', async () => {
    for (const short of ['', '1234567', '🔑🔑🔑🔑']) {
      const { host: given } = host({}, [short, short])
      await expect(askNewPassword(given, walletLock)).rejects.toMatchObject({
        code: 'PASSWORD_TOO_SHORT',
        exitCode: 2,
      })
    }
    expect(await askNewPassword(host({}, ['12345678', '12345678']).host, walletLock)).toBe(
      '12345678',
    )
  })

  test('for something that exists may be shorter: another program may have made it', async () => {
    expect(await askPassword(host({}, ['short']).host, walletLock)).toBe('short')
  })

  test('has to be typed the same way twice', async () => {
    for (const answers of [['12345678', '12345679'], ['12345678']]) {
      await expect(askNewPassword(host({}, answers).host, walletLock)).rejects.toMatchObject({
        code: 'PASSWORD_MISMATCH',
      })
    }
  })

  test('is refused when it is endless or half a character, and never quoted', async () => {
    for (const bad of ['secret'.repeat(22), 'secret secret \ud800']) {
      for (const ask of [askPassword, askNewPassword]) {
        const refused = await ask(host({}, [bad, bad]).host, walletLock).catch((error) => error)
        expect(refused).toMatchObject({ code: 'PASSWORD_UNUSABLE' })
        expect(`${refused.stack}${JSON.stringify(refused)}`).not.toContain('secret')
      }
    }
  })
})
