import type { OwnerAddress } from '@vcp/protocol'
import { Wallet } from 'ethers'
import { describe, expect, test } from 'vitest'
import { place, testAccounts } from '../testing/test-accounts.ts'

const ana = new Wallet(`0x${'a1'.repeat(32)}`)
const ben = new Wallet(`0x${'b2'.repeat(32)}`)
const addressOf = (wallet: Wallet) => wallet.address.toLowerCase() as OwnerAddress

describe('signing in with a wallet', () => {
  test('works once for a message that the wallet signed', async () => {
    const { wallets } = testAccounts()
    const { message } = wallets.challenge(addressOf(ana))
    const signature = ana.signMessageSync(message)
    const outcome = await wallets.verify(message, signature)
    expect(outcome).toEqual({ ok: true, value: addressOf(ana) })
    const again = await wallets.verify(message, signature)
    expect(again).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' })
  })

  test('shows a message of the form of EIP-4361', () => {
    const { message } = testAccounts().wallets.challenge(addressOf(ana))
    expect(message.split('\n')).toEqual([
      `${place.domain} wants you to sign in with your Ethereum account:`,
      ana.address,
      '',
      expect.stringMatching(/^\S.*\.$/),
      '',
      `URI: ${place.uri}`,
      'Version: 1',
      'Chain ID: 1',
      expect.stringMatching(/^Nonce: [a-zA-Z0-9]{8,}$/),
      'Issued At: 2026-09-21T14:13:20.000Z',
      'Expiration Time: 2026-09-21T14:23:20.000Z',
    ])
  })

  test('is refused to another wallet', async () => {
    const { wallets } = testAccounts()
    const { message } = wallets.challenge(addressOf(ana))
    const outcome = await wallets.verify(message, ben.signMessageSync(message))
    expect(outcome).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
  })

  test('ends with the time in the message', async () => {
    const { wallets, clock } = testAccounts()
    const { message, expiresAtMs } = wallets.challenge(addressOf(ana))
    clock.advance(expiresAtMs - clock.nowMs())
    const late = await wallets.verify(message, ana.signMessageSync(message))
    expect(late).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' })
  })

  test.each([
    ['another domain', 'coordinator.example wants', 'evil.example wants'],
    ['a later end', '14:23:20', '15:23:20'],
    ['another chain', 'Chain ID: 1', 'Chain ID: 5'],
    ['another nonce', 'Nonce: ', 'Nonce: 0'],
    ['another account', ana.address, ben.address],
    ['an address without its checksum', ana.address, ana.address.toLowerCase()],
    ['a line more', 'Version: 1', 'Version: 1\nRequest ID: 1'],
    ['Windows line ends', '\n', '\r\n'],
  ])('is refused for a message with %s, whoever signed it', async (_, from, to) => {
    const { wallets } = testAccounts()
    const { message } = wallets.challenge(addressOf(ana))
    const changed = message.replace(from, to)
    expect(changed).not.toBe(message)
    for (const wallet of [ana, ben]) {
      const outcome = await wallets.verify(changed, wallet.signMessageSync(changed))
      expect(outcome).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' })
    }
  })

  test('is refused for the other signature of the same key and message', async () => {
    const { wallets } = testAccounts()
    const { message } = wallets.challenge(addressOf(ana))
    const signature = ana.signMessageSync(message)
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
    const v = signature.endsWith('1b') ? '1c' : '1b'
    const outcome = await wallets.verify(message, signature.slice(0, 66) + s + v)
    expect(outcome).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
    const garbage = await wallets.verify(message, `0x${'f'.repeat(130)}`)
    expect(garbage).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
  })

  test('makes one account a wallet, however often and however fast', async () => {
    const { registration } = testAccounts()
    const address = addressOf(ana)
    const found = await Promise.all([1, 2, 3].map(() => registration.ofWallet(address)))
    const ids = found.map((outcome) => (outcome.ok ? outcome.value.accountId : null))
    expect(new Set(ids).size).toBe(1)
    expect(ids[0]).not.toBeNull()
  })
})
