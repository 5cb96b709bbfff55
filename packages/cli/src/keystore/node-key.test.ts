import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSignedBy, signerFrom } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { expectWithout } from '../testing/failure.ts'
import { temporaryFolder } from '../testing/host.ts'
import { contentOf, makeKey, secretIn } from '../testing/keystore.ts'
import { ensureNodeKey, findNodeKey, openNodeKey, writeNodeKey } from './node-key.ts'

describe('the node key', () => {
  test('is made once, with the randomness handed in, and stays the same', () => {
    const dataDir = join(temporaryFolder(), 'data')
    const secret = new Uint8Array(32).fill(9)
    const first = ensureNodeKey(dataDir, () => secret)
    const second = ensureNodeKey(dataDir, randomBytes)

    expect(first.created).toBe(true)
    expect(first.key.signer.peerId).toBe(signerFrom(secret).peerId)
    expect(second.created).toBe(false)
    expect(second.key.signer.peerId).toBe(first.key.signer.peerId)
    expect(readdirSync(dataDir)).toEqual(['node.key'])
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(statSync(first.key.file).mode & 0o777).toBe(0o600)
  })

  test('signs, and what it hands out holds no secret', () => {
    const key = makeKey(temporaryFolder())
    const bytes = Uint8Array.of(1, 2, 3)
    expect(isSignedBy(key.signer.peerId, bytes, key.signer.sign(bytes))).toBe(true)
    expectWithout(secretIn(key.file), JSON.stringify(key))
  })

  test('is missing until it is made, and looking for it makes nothing', () => {
    const dataDir = join(temporaryFolder(), 'data')
    expect(findNodeKey(dataDir)).toBeNull()
    expect(() => openNodeKey(dataDir)).toThrow(expect.objectContaining({ code: 'KEY_MISSING' }))
    expect(readdirSync(join(dataDir, '..'))).toEqual([])
  })

  test('that another program makes in the meantime is the one that counts', () => {
    const dataDir = temporaryFolder()
    let others: string | undefined
    const { key, created } = ensureNodeKey(dataDir, (count) => {
      others = makeKey(dataDir).signer.peerId
      return randomBytes(count)
    })
    expect(created).toBe(false)
    expect(key.signer.peerId).toBe(others)
    expect(readdirSync(dataDir)).toEqual(['node.key'])
  })

  test('is one even when many processes make it at once', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    const shown = await Promise.all(Array.from({ length: 6 }, () => showCreate(dataDir)))
    expect(new Set(shown.map(({ peer_id }) => peer_id)).size).toBe(1)
    expect(shown.filter(({ created }) => created)).toHaveLength(1)
    expect(readdirSync(dataDir)).toEqual(['node.key'])
  })

  test('does not give way to another unless told so', () => {
    const dataDir = temporaryFolder()
    const { peerId } = makeKey(dataDir).signer
    const secret = new Uint8Array(32).fill(9)
    expect(writeNodeKey(dataDir, secret, { replaces: false })).toBe(false)
    expect(openNodeKey(dataDir).signer.peerId).toBe(peerId)
    expect(writeNodeKey(dataDir, secret, { replaces: true })).toBe(true)
    expect(openNodeKey(dataDir).signer.peerId).toBe(signerFrom(secret).peerId)
  })
})

describe('a damaged node key', () => {
  const dataDir = () => {
    const folder = temporaryFolder()
    return { folder, file: makeKey(folder).file }
  }
  const withField = (name: string, value: unknown) => (text: string) =>
    JSON.stringify({ ...(JSON.parse(text) as object), [name]: value })
  const other = signerFrom(new Uint8Array(32).fill(9)).peerId
  const flip = (text: string) => {
    const { secret } = JSON.parse(text) as { secret: string }
    return withField('secret', (secret[0] === '0' ? '1' : '0') + secret.slice(1))(text)
  }
  const without = (name: string) => (text: string) =>
    JSON.stringify({ ...(JSON.parse(text) as object), [name]: undefined })

  test.each<[string, (text: string) => string, RegExp]>([
    ['empty', () => '', /it is empty/],
    ['cut short', (text) => text.slice(0, -20), /not valid JSON/],
    ['no JSON', () => 'not a key', /not valid JSON/],
    ['a list', () => '[]', /not of that form/],
    ['huge', (text) => text + ' '.repeat(5_000), /at most 4096/],
    ['binary', () => '\u00ff\u00fe\u0000', /not text/],
    ['of another version', withField('version', 2), /version: /],
    ['of another type', withField('type', 'rsa'), /type: /],
    ['of somebody else', withField('peer_id', other), /do not belong together/],
    ['of no peer', withField('peer_id', 'me'), /peer_id: /],
    ['without version', without('version'), /version: /],
    ['without type', without('type'), /type: /],
    ['without peer id', without('peer_id'), /peer_id: /],
    ['without secret', without('secret'), /secret: /],
    ['changed in one digit of the secret', flip, /do not belong together/],
    ['too short in the secret', withField('secret', 'ab'), /secret: not 64 hexadecimal digits/],
    ['upper case in the secret', withField('secret', 'AB'.repeat(32)), /secret: not 64/],
    ['longer by a field', withField('comment', 'hello'), /do not belong there/],
  ])('%s: is reported, never repaired, never quoted', (_, damage, message) => {
    const { folder, file } = dataDir()
    const secret = secretIn(file)
    writeFileSync(file, damage(readFileSync(file, 'utf8')), 'latin1')
    const before = contentOf(folder)
    for (const use of [() => openNodeKey(folder), () => ensureNodeKey(folder, randomBytes)]) {
      let thrown: unknown
      try {
        use()
      } catch (error) {
        thrown = error
      }
      expect(thrown).toMatchObject({
        code: 'KEY_CORRUPT',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('vcp key restore'),
      })
      expectWithout(secret, String((thrown as Error).stack), JSON.stringify(thrown))
    }
    expect(contentOf(folder)).toEqual(before)
  })
})

interface Shown {
  readonly peer_id: string
  readonly created: boolean
}

/** `vcp key show --create` as a process of its own. */
function showCreate(dataDir: string): Promise<Shown> {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const argv = ['--conditions=source', main, 'key', 'show', '--create', '--json']
  const child = spawn(process.execPath, [...argv, '--data-dir', dataDir], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (written.out += chunk))
  child.stderr.on('data', (chunk) => (written.err += chunk))
  return new Promise((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(written.out)) : reject(new Error(written.err)),
    )
  })
}
