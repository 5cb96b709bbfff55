import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { getAddress } from 'ethers'
import { describe, expect, test } from 'vitest'
import { fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { makeWallet } from '../../testing/keystore.ts'

describe('vcp wallet show', () => {
  test('shows the address as people compare it, without a password', async () => {
    const dataDir = temporaryFolder()
    const { address, file } = await makeWallet(dataDir)
    const ran = await run(['wallet', 'show', '--json', '--data-dir', dataDir])
    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    expect(JSON.parse(ran.out)).toEqual({ address: getAddress(address), file })
    const read = await run(['wallet', 'show', '--data-dir', dataDir])
    expect(read.out).toBe(`address  ${getAddress(address)}\nfile     ${file}\n`)
  })

  test('says how to get a wallet where there is none', async () => {
    const failure = await fail(['wallet', 'show', '--data-dir', join(temporaryFolder(), 'none')])
    expect(failure).toMatchObject({ error: 'WALLET_MISSING', exit_code: 3 })
    expect(failure.hint).toContain('vcp wallet create')
  })

  test('refuses a wallet that others can read', async () => {
    const dataDir = temporaryFolder()
    const { file } = await makeWallet(dataDir)
    chmodSync(file, 0o644)
    const failure = await fail(['wallet', 'show', '--data-dir', dataDir])
    expect(failure).toMatchObject({ error: 'KEY_EXPOSED', exit_code: 3 })
  })
})
