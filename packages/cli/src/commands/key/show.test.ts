import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { peerIdOf } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { expectWithout, fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { makeKey, makeWallet, password, secretIn } from '../../testing/keystore.ts'

describe('vcp key show', () => {
  test('makes the key when asked, and says so once', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    const argv = ['key', 'show', '--create', '--json', '--data-dir', dataDir]
    const first = JSON.parse((await run(argv)).out)
    const second = JSON.parse((await run(argv)).out)

    expect(first).toEqual({
      name: null,
      peer_id: peerIdOf(Buffer.from(first.public_key, 'hex')),
      public_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      file: join(dataDir, 'node.key'),
      mode: '0600',
      created: true,
      binding: null,
    })
    expect(second).toEqual({ ...first, created: false })
  })

  test('reads well, and never shows the secret', async () => {
    const dataDir = temporaryFolder()
    const { signer, file, publicKey } = makeKey(dataDir)
    const named = ['--set', 'node.name=lab-7']
    const ran = await run(['key', 'show', '--debug', '--data-dir', dataDir, ...named])

    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    expect(ran.out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['name', 'lab-7'],
      ['peer id', signer.peerId],
      ['public key', publicKey],
      ['file', `${file} (mode 0600)`],
      ['owner', 'none; `vcp wallet bind` names one'],
      [''],
    ])
    expectWithout(secretIn(file), ran.out)
  })

  test('says how to make a key where there is none, and makes nothing', async () => {
    const folder = temporaryFolder()
    const failure = await fail(['key', 'show', '--data-dir', join(folder, 'data')])
    expect(failure).toMatchObject({ error: 'KEY_MISSING', exit_code: 3 })
    expect(failure.hint).toContain('vcp key show --create')
    expect(readdirSync(folder)).toEqual([])
  })

  test('refuses a key that others can read', async () => {
    const dataDir = temporaryFolder()
    const { file } = makeKey(dataDir)
    chmodSync(file, 0o644)
    const failure = await fail(['key', 'show', '--data-dir', dataDir])
    expect(failure).toMatchObject({ error: 'KEY_EXPOSED', exit_code: 3, details: { mode: '0644' } })
    expect(failure.hint).toContain(`chmod 600 ${file}`)
  })

  test('quotes nothing of a damaged key, not even with --debug', async () => {
    const dataDir = temporaryFolder()
    const { file } = makeKey(dataDir)
    const secret = secretIn(file)
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -10))
    const failure = await fail(['key', 'show', '--data-dir', dataDir])
    expect(failure).toMatchObject({ error: 'KEY_CORRUPT', exit_code: 3 })
    const loud = await run(['key', 'show', '--debug', '--data-dir', dataDir])
    expect(loud.err).toMatch(/\n\s+at /)
    expectWithout(secret, JSON.stringify(failure), loud.err)
  })

  test('shows the owner, and what is wrong with the binding', async () => {
    const dataDir = temporaryFolder()
    makeKey(dataDir)
    await makeWallet(dataDir)
    const env = { VCP_WALLET_PASSWORD: password }
    const bound = await run(['wallet', 'bind', '--json', '--data-dir', dataDir], { env })
    const { address, binding } = JSON.parse(bound.out)
    const shown = async (nowMs = Date.now) => {
      const ran = await run(['key', 'show', '--json', '--data-dir', dataDir], { nowMs })
      return JSON.parse(ran.out).binding
    }
    const good = { owner: address, network: 'local', expires_at_ms: binding.expires_at_ms }

    expect(await shown()).toEqual({ ...good, problem: null })
    expect(await shown(() => binding.expires_at_ms)).toEqual({
      ...good,
      problem: expect.stringContaining('expired'),
    })
    writeFileSync(join(dataDir, 'binding.json'), '{}')
    expect(await shown()).toEqual({
      owner: null,
      network: null,
      expires_at_ms: null,
      problem: expect.stringContaining('damaged'),
    })
    const read = await run(['key', 'show', '--data-dir', dataDir])
    expect(read.out).toMatch(/owner +unknown\nproblem +the file is damaged/)
  })
})
