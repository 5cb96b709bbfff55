import { describe, expect, test } from 'vitest'
import { challengeFault } from './wallet-challenge.ts'

const address = `0x${'ab'.repeat(20)}`

function challenge(domain: string, uri: string, who = address): string {
  return [
    `${domain} wants you to sign in with your Ethereum account:`,
    who,
    '',
    'Sign in.',
    '',
    `URI: ${uri}`,
    'Version: 1',
  ].join('\n')
}

describe('a message that a wallet is asked to sign', () => {
  test('is signed where it is for this place and this wallet', () => {
    const message = challenge('vcp.example', 'https://vcp.example')
    expect(challengeFault(message, address, 'vcp.example')).toBeNull()
  })

  test('is not signed for another place, whichever line names it', () => {
    for (const [domain, uri] of [
      ['bank.example', 'https://vcp.example'],
      ['vcp.example', 'https://bank.example'],
      ['vcp.example.bank.example', 'https://vcp.example'],
      ['vcp.example', 'https://vcp.example@bank.example'],
    ] as const) {
      expect(challengeFault(challenge(domain, uri), address, 'vcp.example')).toMatch(/good at/)
    }
    const two = `${challenge('vcp.example', 'https://vcp.example')}\nURI: https://bank.example`
    expect(challengeFault(two, address, 'vcp.example')).not.toBeNull()
  })

  test('is not signed for another wallet, and nothing else is signed at all', () => {
    const other = challenge('vcp.example', 'https://vcp.example', `0x${'cd'.repeat(20)}`)
    expect(challengeFault(other, address, 'vcp.example')).toMatch(/not for/)
    expect(challengeFault('I owe you a house', address, 'vcp.example')).toMatch(/no message/)
  })

  test('is signed on one machine whatever the port, and not elsewhere', () => {
    const message = challenge('127.0.0.1:8420', 'http://127.0.0.1:8420')
    expect(challengeFault(message, address, 'localhost:9000')).toBeNull()
    expect(challengeFault(message, address, '192.0.2.1:8420')).toMatch(/good at/)
  })
})
