import { readFileSync, statSync } from 'node:fs'
import { verifyMessage } from 'ethers'
import { describe, expect, test } from 'vitest'
import { expectWithout } from '../testing/failure.ts'
import { hostOf, temporaryFolder } from '../testing/host.ts'
import { makeWallet, password } from '../testing/keystore.ts'
import { ensureOwner, passwordFile } from './owner.ts'
import { walletFile } from './wallet.ts'

describe('the owner of a machine', () => {
  test('is made once, signs without a question, and is told of on stderr', async () => {
    const folder = temporaryFolder()
    const { host, written } = hostOf()
    const first = await ensureOwner(folder, host)
    expect(first.isNew).toBe(true)
    expect(written.err).toContain('back that folder up')
    expect(statSync(passwordFile(folder)).mode & 0o777).toBe(0o600)
    expectWithout(readFileSync(passwordFile(folder), 'utf8').trim(), written.err)

    const again = await ensureOwner(folder, host)
    expect(again).toMatchObject({ isNew: false, address: first.address })
    const signature = await again.signText('hello')
    expect(verifyMessage('hello', signature).toLowerCase()).toBe(first.address)
  })

  test('is one, whoever of many starts first', async () => {
    const folder = temporaryFolder()
    const { host } = hostOf()
    const owners = await Promise.all([1, 2, 3, 4].map(() => ensureOwner(folder, host)))
    expect(new Set(owners.map(({ address }) => address)).size).toBe(1)
    const signature = await owners[3]!.signText('hello')
    expect(verifyMessage('hello', signature).toLowerCase()).toBe(owners[0]!.address)
  })

  test('leaves no password on the disk where one was given', async () => {
    const folder = temporaryFolder()
    const { host } = hostOf({ env: { VCP_WALLET_PASSWORD: password } })
    await ensureOwner(folder, host)
    expect(() => statSync(passwordFile(folder))).toThrow('ENOENT')
    expect(JSON.parse(readFileSync(walletFile(folder), 'utf8')).Crypto.kdfparams.n).toBe(2 ** 17)
  })

  test('is the wallet that is there, for its password', async () => {
    const folder = temporaryFolder()
    const { address } = await makeWallet(folder)
    const silent = await ensureOwner(folder, hostOf().host)
    expect(silent).toMatchObject({ isNew: false, address })
    await expect(silent.signText('hello')).rejects.toMatchObject({ code: 'PASSWORD_MISSING' })
    const asked = await ensureOwner(folder, hostOf({ secrets: [password] }).host)
    expect(await asked.signText('hello')).toMatch(/^0x[0-9a-f]{130}$/)
  })
})
