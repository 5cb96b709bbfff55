import { createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { signerFrom } from '@vcp/protocol'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectWithout } from '../testing/failure.ts'
import { lowCost, password } from '../testing/keystore.ts'
import { readBackup, sealKey } from './key-backup.ts'

const secret = new Uint8Array(32).fill(7)
const { peerId } = signerFrom(secret)
const text = await sealKey(secret, password, randomBytes, lowCost)

interface Form {
  [name: string]: unknown
  readonly kdf: Record<string, unknown>
  readonly cipher: Record<string, unknown>
}

function changed(change: (backup: Form) => void): string {
  const backup = JSON.parse(text) as Form
  change(backup)
  return JSON.stringify(backup)
}

describe('a key backup', () => {
  test('gives the secret back for its password, and shows whose it is before', async () => {
    const sealed = readBackup('backup.json', text)
    expect(sealed.peerId).toBe(peerId)
    expect(new Uint8Array(await sealed.open(password))).toEqual(secret)
  })

  test('holds neither secret nor password, and is new each time', async () => {
    expectWithout(Buffer.from(secret).toString('hex'), text)
    expectWithout(password, text)
    const again = await sealKey(secret, password, randomBytes, lowCost)
    for (const field of ['salt', 'iv', 'ciphertext', 'tag']) {
      const valueIn = (backup: string) => new RegExp(`"${field}": "([0-9a-f]+)"`).exec(backup)?.[1]
      expect(valueIn(again)).not.toBe(valueIn(text))
    }
  })

  test('can be opened by anybody who reads this: scrypt, then AES-256-GCM', () => {
    const { peer_id, kdf, cipher, ciphertext, tag } = JSON.parse(text)
    const { n, r, p, salt } = kdf
    const key = scryptSync(password, Buffer.from(salt, 'hex'), 32, { N: n, r, p })
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(cipher.iv, 'hex'))
    const header = ['vcp-key-backup', 1, peer_id, 'scrypt', n, r, p, salt, 'aes-256-gcm', cipher.iv]
    decipher.setAAD(Buffer.from(JSON.stringify(header)))
    decipher.setAuthTag(Buffer.from(tag, 'hex'))
    const opened = Buffer.concat([decipher.update(ciphertext, 'hex'), decipher.final()])
    expect(new Uint8Array(opened)).toEqual(secret)
  })

  test('takes the same password typed with composed or with combining letters', async () => {
    const sealed = await sealKey(secret, 'm\u00fcnchen-2026', randomBytes, lowCost)
    await readBackup('backup.json', sealed).open('mu\u0308nchen-2026')
  })

  test('stays shut for another password, and says that damage looks the same', async () => {
    await expect(readBackup('backup.json', text).open('another password')).rejects.toMatchObject({
      code: 'PASSWORD_WRONG',
      message: expect.stringMatching(/does not open.*or the file has changed/),
    })
  })

  test('stays shut when any field is changed, the header as well as the key', async () => {
    const other = signerFrom(new Uint8Array(32).fill(8)).peerId
    const flip = (value: unknown) => String(value).replace(/^./, (c) => (c === '0' ? '1' : '0'))
    const changes: ((backup: Form) => void)[] = [
      (b) => (b['peer_id'] = other),
      (b) => (b.kdf['salt'] = flip(b.kdf['salt'])),
      (b) => (b.kdf['n'] = 32),
      (b) => (b.kdf['r'] = 4),
      (b) => (b.kdf['p'] = 2),
      (b) => (b.cipher['iv'] = flip(b.cipher['iv'])),
      (b) => (b['ciphertext'] = flip(b['ciphertext'])),
      (b) => (b['tag'] = flip(b['tag'])),
    ]
    for (const change of changes) {
      const sealed = readBackup('backup.json', changed(change))
      await expect(sealed.open(password)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' })
    }
  })

  test.each<[string, string]>([
    ['empty', ''],
    ['cut short', text.slice(0, 200)],
    ['no JSON', 'hello'],
    ['another kind of file', '{"version":1,"type":"ed25519"}'],
    ['of a later version', changed((b) => (b['version'] = 2))],
    ['with a field more', changed((b) => (b['comment'] = 'hello'))],
    ['with a short tag', changed((b) => (b['tag'] = 'ab'))],
    ['sealed by another cipher', changed((b) => (b.cipher['name'] = 'none'))],
    ['of no peer', changed((b) => (b['peer_id'] = 'me'))],
  ])('is corrupt when it is %s', (_, damaged) => {
    expect(() => readBackup('backup.json', damaged)).toThrow(
      expect.objectContaining({ code: 'BACKUP_CORRUPT' }),
    )
  })

  test.each([
    [{ n: 2 ** 21, r: 1, p: 1 }],
    [{ n: 2 ** 20, r: 32, p: 1 }],
    [{ n: 2 ** 18, r: 16, p: 1 }],
    [{ n: 2 ** 18, r: 8, p: 4 }],
    [{ n: 1000, r: 8, p: 1 }],
    [{ n: 0, r: 8, p: 1 }],
    [{ n: 16, r: 8, p: 17 }],
    [{ n: 16.5, r: 8, p: 1 }],
  ])('that asks for %j is refused before any memory is taken', (cost) => {
    expect(() =>
      readBackup(
        'b',
        changed((b) => Object.assign(b.kdf, cost)),
      ),
    ).toThrow(expect.objectContaining({ code: 'BACKUP_CORRUPT' }))
  })

  test('that asks for all it may have is opened', async () => {
    const sealed = await sealKey(secret, password, randomBytes, { n: 2 ** 18, r: 8, p: 1 })
    await readBackup('backup.json', sealed).open(password)
  })

  test('never throws anything but its own error, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (content) => {
        expect(() => readBackup('backup.json', content)).toThrow(
          expect.objectContaining({ code: 'BACKUP_CORRUPT' }),
        )
      }),
    )
  })
})
