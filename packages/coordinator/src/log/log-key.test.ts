import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ensureLogKey } from './log-key.ts'

function keyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-log-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'log.key')
}

const fresh = (origin = 'test.example/log') => ({ origin, randomBytes })
// skipped: Windows has no file modes
const testWithModes = test.runIf(process.platform !== 'win32')

describe('the key of a log', () => {
  testWithModes('is made once, readable by its owner alone', () => {
    const file = keyFile()
    ensureLogKey(file, fresh())
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['log.key'])
  })

  test('is the same ever after, and so is the name of the log', () => {
    const file = keyFile()
    const made = ensureLogKey(file, fresh())
    const again = ensureLogKey(file, fresh('another.example/log'))
    expect(again.origin).toBe('test.example/log')
    expect(again.signer.peerId).toBe(made.signer.peerId)
  })

  testWithModes('is not used when others can read it', () => {
    const file = keyFile()
    ensureLogKey(file, fresh())
    chmodSync(file, 0o640)
    expect(() => ensureLogKey(file, fresh())).toThrow(
      expect.objectContaining({ code: 'KEY_EXPOSED' }),
    )
  })

  test.each([
    ['cut off', (text: string) => text.slice(0, 40)],
    ['of another secret', (text: string) => text.replace(/"secret": "../, '"secret": "00')],
    ['too large', (text: string) => text + ' '.repeat(5_000)],
  ])('is damaged when the file is %s, and stays as it is', (_, change) => {
    const file = keyFile()
    ensureLogKey(file, {
      origin: 'test.example/log',
      randomBytes: () => new Uint8Array(32).fill(7),
    })
    const text = change(readFileSync(file, 'utf8'))
    writeFileSync(file, text)
    expect(() => ensureLogKey(file, fresh())).toThrow(
      expect.objectContaining({ code: 'KEY_CORRUPT' }),
    )
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('cannot be made in a folder that is not there', () => {
    const file = join(keyFile(), 'nowhere', 'log.key')
    expect(() => ensureLogKey(file, fresh())).toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' }),
    )
  })
})
