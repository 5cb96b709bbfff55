import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectWithout, fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { makeKey, password, secretIn } from '../../testing/keystore.ts'

const env = { VCP_BACKUP_PASSWORD: password }

describe('vcp key backup', () => {
  test('writes a file of mode 0600 that a fresh machine restores', async () => {
    const folder = temporaryFolder()
    const { signer, file: keyFile } = makeKey(folder)
    const file = join(folder, 'backup.json')
    const ran = await run(['key', 'backup', file, '--json', '--data-dir', folder], { env })

    expect(ran).toMatchObject({ exitCode: 0, err: '' })
    expect(JSON.parse(ran.out)).toEqual({ peer_id: signer.peerId, file })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8')).kdf).toMatchObject({ n: 131_072, r: 8, p: 1 })

    const fresh = join(folder, 'fresh')
    const restored = await run(['key', 'restore', file, '--data-dir', fresh], { env })
    expect(restored).toMatchObject({ exitCode: 0 })
    expect(secretIn(join(fresh, 'node.key'))).toBe(secretIn(keyFile))
    expectWithout(secretIn(keyFile), ran.out, restored.out, readFileSync(file, 'utf8'))
  })

  test('asks for the password twice on a terminal', async () => {
    const folder = temporaryFolder()
    makeKey(folder)
    const argv = ['key', 'backup', join(folder, 'backup.json'), '--data-dir', folder]
    const secrets = [password, 'something else']
    expect(await fail(argv, { secrets })).toMatchObject({ error: 'PASSWORD_MISMATCH' })
    const ran = await run(argv, { secrets: [password, password] })
    expect(ran.exitCode).toBe(0)
    expectWithout(password, ran.out, ran.err)
  })

  test('never overwrites, and does not ask for a password in vain', async () => {
    const folder = temporaryFolder()
    makeKey(folder)
    const file = join(folder, 'backup.json')
    writeFileSync(file, 'older')
    const failure = await fail(['key', 'backup', file, '--data-dir', folder])
    expect(failure).toMatchObject({ error: 'OUTPUT_EXISTS', exit_code: 2, details: { file } })
    expect(readFileSync(file, 'utf8')).toBe('older')
  })

  test.each([
    ['without a key', 'KEY_MISSING', 3, {}],
    ['without a password', 'PASSWORD_MISSING', 4, {}],
    ['with a short password', 'PASSWORD_TOO_SHORT', 2, { VCP_BACKUP_PASSWORD: 'short' }],
    ['into a folder that is missing', 'OUTPUT_UNWRITABLE', 2, env],
  ])('%s says so: %s', async (_, error, exit_code, given) => {
    const folder = temporaryFolder()
    if (error !== 'KEY_MISSING') makeKey(folder)
    const file = join(folder, error === 'OUTPUT_UNWRITABLE' ? 'none/backup.json' : 'backup.json')
    const failure = await fail(['key', 'backup', file, '--data-dir', folder], { env: given })
    expect(failure).toMatchObject({ error, exit_code })
    expect(() => statSync(file)).toThrow('ENOENT')
  })
})
