import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getAddress } from 'ethers'
import { describe, expect, test } from 'vitest'
import { expectWithout, fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { contentOf, makeWallet, password } from '../../testing/keystore.ts'

describe('vcp wallet create', () => {
  test('makes a wallet that costs the full price to guess, and shows its address', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    const ran = await run(['wallet', 'create', '--data-dir', dataDir], {
      secrets: [password, password],
    })
    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    const file = join(dataDir, 'wallet.json')
    const { address, Crypto } = JSON.parse(readFileSync(file, 'utf8'))
    expect(Crypto.kdfparams).toMatchObject({ n: 131_072, r: 8, p: 1 })
    expect(ran.out).toContain(getAddress(`0x${address}`))
    expect(ran.out).toContain(file)
    expect(ran.out).toMatch(/Copy the file .* nobody can recover/s)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expectWithout(password, ran.out)
  })

  test('keeps the wallet that is there, and asks for no password in vain', async () => {
    const dataDir = temporaryFolder()
    await makeWallet(dataDir)
    const before = contentOf(dataDir)
    const failure = await fail(['wallet', 'create', '--data-dir', dataDir])
    expect(failure).toMatchObject({ error: 'WALLET_EXISTS', exit_code: 3 })
    expect(contentOf(dataDir)).toEqual(before)
  })

  test('keeps a damaged wallet too: it may be the only copy', async () => {
    const dataDir = temporaryFolder()
    writeFileSync(join(dataDir, 'wallet.json'), 'damaged', { mode: 0o600 })
    const failure = await fail(['wallet', 'create', '--data-dir', dataDir])
    expect(failure).toMatchObject({ error: 'WALLET_CORRUPT', exit_code: 3 })
    expect(contentOf(dataDir)).toEqual({ 'wallet.json': 'damaged' })
  })

  test.each([
    [{}, 'PASSWORD_MISSING', 4],
    [{ VCP_WALLET_PASSWORD: 'short' }, 'PASSWORD_TOO_SHORT', 2],
    [{ VCP_WALLET_PASSWORD: 'endless'.repeat(20) }, 'PASSWORD_UNUSABLE', 2],
  ])('makes nothing without a good password: %j', async (env, error, exit_code) => {
    const dataDir = temporaryFolder()
    const failure = await fail(['wallet', 'create', '--data-dir', dataDir], { env })
    expect(failure).toMatchObject({ error, exit_code })
    expect(contentOf(dataDir)).toEqual({})
  })
})
