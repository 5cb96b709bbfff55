import type { OwnerAddress, RouteName } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { AskRoute } from './connection.ts'
import { password, wallet } from './credentials.ts'
import { checkChallenge } from './wallet-challenge.ts'

const address = `0x${'ab'.repeat(20)}` as OwnerAddress
const url = 'https://coordinator.example:8443'

function challengeOf(host: string, uri = `https://${host}`, who: string = address): string {
  const opening = `${host} wants you to sign in with your Ethereum account:`
  return [opening, who, '', 'Sign in.', '', `URI: ${uri}`, 'Version: 1', 'Nonce: 12'].join('\n')
}

/** Answers of a coordinator whose sessions last as long as said. */
function asking(expires_in: number, challenge = challengeOf('coordinator.example:8443')) {
  const asked: RouteName[] = []
  const ask = (async (name: RouteName) => {
    asked.push(name)
    if (name === 'walletChallenge') return { message: challenge }
    const access_token = `token of ${name} ${asked.length}`
    return { access_token, refresh_token: 'rt', expires_in }
  }) as unknown as AskRoute
  return { ask, asked }
}

describe('a session', () => {
  test('is begun once for all that need it, and kept', async () => {
    const { ask, asked } = asking(3_600)
    const credentials = password('ana', 'correct horse')
    const [one, other] = await Promise.all([credentials.headers(ask), credentials.headers(ask)])
    expect(one).toEqual({ authorization: 'Bearer token of login 1' })
    expect(other).toEqual(one)
    expect(await credentials.headers(ask)).toEqual(one)
    expect(asked).toEqual(['login'])
  })

  test('is exchanged before it ends, and begun anew when it is refused', async () => {
    const { ask, asked } = asking(30)
    const credentials = password('ana', 'correct horse')
    await credentials.headers(ask)
    await credentials.headers(ask)
    expect(asked).toEqual(['login', 'refresh'])
    expect(await credentials.renew(ask)).toBe(true)
    await credentials.headers(ask)
    expect(asked).toEqual(['login', 'refresh', 'login'])
  })

  test('of a wallet is begun with a message that was looked at first', async () => {
    const signed: string[] = []
    const signText = async (text: string) => {
      signed.push(text)
      return `0x${'AB'.repeat(65)}`
    }
    const { ask, asked } = asking(3_600)
    await wallet({ address, signText }, url).headers(ask)
    expect(asked).toEqual(['walletChallenge', 'walletLogin'])
    const stranger = asking(3_600, challengeOf('bank.example'))
    const refused = wallet({ address, signText }, url).headers(stranger.ask)
    await expect(refused).rejects.toMatchObject({ code: 'COORDINATOR_MISBEHAVED' })
    expect(signed).toHaveLength(1)
  })
})

describe('a message to sign', () => {
  const meant = { url, address }

  test.each([
    ['for this coordinator', challengeOf('coordinator.example:8443'), url],
    [
      'on this machine, whatever the port',
      challengeOf('127.0.0.1:0', 'http://127.0.0.1:0'),
      'http://localhost:8420',
    ],
  ])('is signed when it is %s', (_, message, at) => {
    expect(() => checkChallenge(message, { ...meant, url: at })).not.toThrow()
  })

  test.each([
    ['another place', challengeOf('bank.example')],
    ['another port', challengeOf('coordinator.example:1')],
    ['two places', challengeOf('coordinator.example:8443', 'https://bank.example')],
    ['this machine', challengeOf('127.0.0.1:8420', 'http://127.0.0.1:8420')],
    ['somebody else', challengeOf('coordinator.example:8443', url, `0x${'cd'.repeat(20)}`)],
    ['no place', 'I owe you everything'],
    ['a place behind another', challengeOf('bank.example/ coordinator.example:8443')],
  ])('is not signed when it is for %s', (_, message) => {
    expect(() => checkChallenge(message, meant)).toThrow('asks for a signature')
  })
})
