import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openNodeKey } from '../../keystore/node-key.ts'
import { expectWithout, fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { contentOf, makeBackup, makeKey, password, secretIn } from '../../testing/keystore.ts'

const env = { VCP_BACKUP_PASSWORD: password }
const nowMs = () => 1_750_000_000_000

async function given() {
  const folder = temporaryFolder()
  const { file, peerId } = await makeBackup(folder)
  const dataDir = join(folder, 'data')
  const argv = ['key', 'restore', file, '--data-dir', dataDir]
  return { file, peerId, dataDir, argv }
}

async function restore(argv: readonly string[]) {
  const ran = await run([...argv, '--json'], { env, nowMs })
  expect(ran).toMatchObject({ exitCode: 0, err: '' })
  return JSON.parse(ran.out)
}

describe('vcp key restore', () => {
  test('brings the key back on a fresh machine', async () => {
    const { argv, peerId, dataDir } = await given()
    const file = join(dataDir, 'node.key')
    expect(await restore(argv)).toEqual({ peer_id: peerId, file, restored: true, kept: null })
    expect(openNodeKey(dataDir).signer.peerId).toBe(peerId)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataDir)).toEqual(['node.key'])
  })

  test('changes nothing where the same key is, and so tries a backup out', async () => {
    const { argv, peerId, dataDir } = await given()
    await restore(argv)
    const before = contentOf(dataDir)
    expect(await restore(argv)).toMatchObject({ peer_id: peerId, restored: false, kept: null })
    expect(contentOf(dataDir)).toEqual(before)
    const wrong = await fail(argv, { env: { VCP_BACKUP_PASSWORD: 'a wrong guess' } })
    expect(wrong).toMatchObject({ error: 'PASSWORD_WRONG', exit_code: 4 })
    expectWithout('a wrong guess', JSON.stringify(wrong))
  })

  test('does not touch another key, and asks for no password in vain', async () => {
    const { argv, dataDir } = await given()
    const other = makeKey(dataDir).signer.peerId
    const before = contentOf(dataDir)
    const failure = await fail(argv)
    expect(failure).toMatchObject({
      error: 'KEY_EXISTS',
      exit_code: 3,
      details: { peer_id: other },
    })
    expect(failure.hint).toContain('--replace')
    expect(contentOf(dataDir)).toEqual(before)
  })

  test('with --replace keeps the other key beside the new one', async () => {
    const { argv, peerId, dataDir } = await given()
    const other = makeKey(dataDir)
    const secret = secretIn(other.file)
    const kept = `${other.file}.${other.signer.peerId}.old`
    expect(await restore([...argv, '--replace'])).toMatchObject({ restored: true, kept })
    expect(openNodeKey(dataDir).signer.peerId).toBe(peerId)
    expect(secretIn(kept)).toBe(secret)
    expect(statSync(kept).mode & 0o777).toBe(0o600)
    expect(readdirSync(dataDir)).toHaveLength(2)
  })

  test('never writes over what was kept before', async () => {
    const { argv, dataDir } = await given()
    const other = makeKey(dataDir)
    const first = `${other.file}.${other.signer.peerId}.old`
    writeFileSync(first, 'kept before')
    const { kept } = await restore([...argv, '--replace'])
    expect(kept).toBe(`${first}-${nowMs()}`)
    expect(readFileSync(first, 'utf8')).toBe('kept before')
    expect(JSON.parse(readFileSync(kept, 'utf8')).peer_id).toBe(other.signer.peerId)
  })

  test('with no name left for the other key changes nothing', async () => {
    const { argv, dataDir } = await given()
    const other = makeKey(dataDir)
    const name = `${other.file}.${other.signer.peerId}.old`
    for (const taken of [name, `${name}-${nowMs()}`]) writeFileSync(taken, 'kept before')
    const before = contentOf(dataDir)
    const failure = await fail([...argv, '--replace'], { env, nowMs })
    expect(failure).toMatchObject({ error: 'DATA_FOLDER_UNUSABLE' })
    expect(contentOf(dataDir)).toEqual(before)
  })

  test('takes the place of a damaged key, which is kept', async () => {
    const { argv, peerId, dataDir } = await given()
    const { file } = makeKey(dataDir)
    writeFileSync(file, 'damaged')
    const kept = `${file}.corrupt-${nowMs()}`
    expect(await restore(argv)).toMatchObject({ peer_id: peerId, restored: true, kept })
    expect(readFileSync(kept, 'utf8')).toBe('damaged')
    expect(openNodeKey(dataDir).signer.peerId).toBe(peerId)
  })

  test('says what to move away where no file is in the place of the key', async () => {
    const { argv, dataDir } = await given()
    mkdirSync(join(dataDir, 'node.key'), { recursive: true, mode: 0o700 })
    const failure = await fail(argv, { env })
    expect(failure).toMatchObject({ error: 'DATA_FOLDER_UNUSABLE' })
    expect(failure.hint).toContain('by hand')
    expect(readdirSync(dataDir)).toEqual(['node.key'])
  })

  test('leaves a key that others can read as it is', async () => {
    const { argv, dataDir } = await given()
    const { file } = makeKey(dataDir)
    chmodSync(file, 0o640)
    const failure = await fail([...argv, '--replace'], { env })
    expect(failure).toMatchObject({ error: 'KEY_EXPOSED', exit_code: 3 })
  })

  test.each([
    ['that is missing', null, 'INPUT_UNREADABLE', 2],
    ['that is no backup', 'hello', 'BACKUP_CORRUPT', 2],
    ['that is endless', 'x'.repeat(5_000), 'TOO_LARGE', 2],
  ])('refuses a file %s', async (_, content, error, exit_code) => {
    const folder = temporaryFolder()
    const file = join(folder, 'backup.json')
    if (content !== null) writeFileSync(file, content)
    const dataDir = join(folder, 'data')
    const failure = await fail(['key', 'restore', file, '--data-dir', dataDir], { env })
    expect(failure).toMatchObject({ error, exit_code })
    expect(failure.message).toContain(file)
  })

  test('asks for the password where nobody has set it', async () => {
    const { argv } = await given()
    const failure = await fail(argv)
    expect(failure).toMatchObject({ error: 'PASSWORD_MISSING', exit_code: 4 })
    expect(await run(argv, { secrets: [password] })).toMatchObject({ exitCode: 0 })
  })
})
