import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { countedBytes } from '../testing/test-accounts.ts'
import { openSecretFile } from './secret-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'vcp-secret-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('the secret is made once, for its owner alone', () => {
  const file = join(folder, 'made')
  const secret = openSecretFile(file, countedBytes())
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(openSecretFile(file, () => expect.unreachable())).toEqual(Buffer.from(secret))
})

test.each([
  ['that others can read', 'ab'.repeat(32), 0o644, 'KEY_EXPOSED'],
  ['that is cut short', 'ab'.repeat(31), 0o600, 'KEY_CORRUPT'],
  ['that is too long', 'ab'.repeat(200), 0o600, 'KEY_CORRUPT'],
])('a secret file %s is an error', (name, text, mode, code) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  chmodSync(file, mode)
  expect(() => openSecretFile(file, countedBytes())).toThrow(expect.objectContaining({ code }))
})

test('a folder that is missing is an error', () => {
  const open = () => openSecretFile(join(folder, 'none', 'secret'), countedBytes())
  expect(open).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' }))
})
