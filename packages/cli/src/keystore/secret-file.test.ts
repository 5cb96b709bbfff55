import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/host.ts'
import { contentOf } from '../testing/keystore.ts'
import { chownFault, nobody } from '../testing/other-user.ts'
import { mountFault, smallDisk } from '../testing/small-disk.ts'
import { placeBeside, readSecret, shellWord, writeSecret } from './secret-file.ts'

const expectation = { bytesMax: 100, damaged: 'KEY_CORRUPT' } as const
const keep = { replaces: false, unwritable: 'DATA_FOLDER_UNUSABLE' } as const
const replace = { replaces: true, unwritable: 'DATA_FOLDER_UNUSABLE' } as const

function secretFile(text = 'secret', mode = 0o600): string {
  const file = join(temporaryFolder(), 'node.key')
  writeFileSync(file, text)
  chmodSync(file, mode)
  return file
}

describe('a secret file is written', () => {
  test('with mode 0600, whatever the umask allows', () => {
    const file = join(temporaryFolder(), 'node.key')
    const umask = process.umask(0)
    try {
      expect(writeSecret(file, 'secret', keep)).toBe(true)
    } finally {
      process.umask(umask)
    }
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toBe('secret')
  })

  test('without replacing one that is there, and without a trace of the attempt', () => {
    const file = secretFile('first')
    expect(writeSecret(file, 'second', keep)).toBe(false)
    expect(contentOf(join(file, '..'))).toEqual({ 'node.key': 'first' })
  })

  test('without following a link that leads nowhere', () => {
    const folder = temporaryFolder()
    symlinkSync(join(folder, 'target'), join(folder, 'node.key'))
    expect(writeSecret(join(folder, 'node.key'), 'secret', keep)).toBe(false)
    expect(readdirSync(folder)).toEqual(['node.key'])
  })

  test('in the place of the old one when told so, and the new one is 0600 again', () => {
    const file = secretFile('first', 0o644)
    expect(writeSecret(file, 'second', replace)).toBe(true)
    expect(contentOf(join(file, '..'))).toEqual({ 'node.key': 'second' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('not at all into a folder that is missing', () => {
    const write = () => writeSecret(join(temporaryFolder(), 'none', 'node.key'), 'secret', keep)
    expect(write).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' }))
  })

  test('not over a folder, and the attempt leaves nothing', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'node.key'))
    const write = () => writeSecret(join(folder, 'node.key'), 'secret', replace)
    expect(write).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' }))
    expect(readdirSync(folder)).toEqual(['node.key'])
  })
})

describe('a second name for a file', () => {
  const withoutLinks = () => {
    throw Object.assign(new Error('no hard links here'), { code: 'EPERM' })
  }

  test('is a copy where the file system has no links', () => {
    const file = secretFile()
    expect(placeBeside(file, `${file}.old`, withoutLinks)).toBe(true)
    expect(contentOf(join(file, '..'))).toEqual({ 'node.key': 'secret', 'node.key.old': 'secret' })
    expect(statSync(`${file}.old`).mode & 0o777).toBe(0o600)
  })

  // skipped: only root can mount a small disk
  test.skipIf(mountFault !== null)('is not left half made where a copy has no room', () => {
    const disk = smallDisk()
    const file = join(disk, 'node.key')
    writeFileSync(file, 'x'.repeat(40_000), { mode: 0o600 })
    expect(() => placeBeside(file, `${file}.old`, withoutLinks)).toThrow('ENOSPC')
    expect(readdirSync(disk)).toEqual(['node.key'])
  })

  test('is not given where the name is taken, with links or without', () => {
    const file = secretFile()
    writeFileSync(`${file}.old`, 'older')
    expect(placeBeside(file, `${file}.old`)).toBe(false)
    expect(placeBeside(file, `${file}.old`, withoutLinks)).toBe(false)
    expect(readFileSync(`${file}.old`, 'utf8')).toBe('older')
  })
})

describe('a secret file is read', () => {
  test('with its mode', () => {
    expect(readSecret(secretFile(), expectation)).toEqual({ text: 'secret', mode: '0600' })
    expect(readSecret(secretFile('secret', 0o400), expectation)?.mode).toBe('0400')
  })

  test('as nothing where there is none', () => {
    expect(readSecret(join(temporaryFolder(), 'node.key'), expectation)).toBeNull()
  })

  test.each([0o604, 0o640, 0o602, 0o620, 0o644, 0o666, 0o777, 0o610, 0o601])(
    'never with a mode that lets others in (%o)',
    (mode) => {
      const file = secretFile('secret', mode)
      expect(() => readSecret(file, expectation)).toThrow(
        expect.objectContaining({
          code: 'KEY_EXPOSED',
          message: expect.stringContaining(`mode 0${mode.toString(8)}`),
          hint: expect.stringContaining(`chmod 600 ${file}`),
        }),
      )
      expect(statSync(file).mode & 0o777).toBe(mode)
    },
  )

  test('through a link, by the mode of the file at its end', () => {
    const file = secretFile()
    symlinkSync(file, `${file}.link`)
    expect(lstatSync(`${file}.link`).mode & 0o777).toBe(0o777)
    expect(readSecret(`${file}.link`, expectation)?.text).toBe('secret')
    chmodSync(file, 0o644)
    expect(() => readSecret(`${file}.link`, expectation)).toThrow(
      expect.objectContaining({ code: 'KEY_EXPOSED' }),
    )
  })

  // skipped: only root can give a file away
  test.skipIf(chownFault !== null)('never when it belongs to somebody else', () => {
    const file = secretFile()
    chownSync(file, nobody, nobody)
    expect(() => readSecret(file, expectation)).toThrow(
      expect.objectContaining({
        code: 'KEY_EXPOSED',
        message: expect.stringContaining(`uid ${nobody}`),
      }),
    )
  })

  test.each([
    ['too large', 'x'.repeat(101), /101 bytes; such a file has at most 100/],
    ['not text', Buffer.from([0xff, 0xfe, 0x00]).toString('latin1'), /is not text/],
  ])('never when it is %s', (_, content, message) => {
    const file = secretFile()
    writeFileSync(file, content, 'latin1')
    expect(() => readSecret(file, expectation)).toThrow(
      expect.objectContaining({ code: 'KEY_CORRUPT', message: expect.stringMatching(message) }),
    )
  })

  test('never from a folder, nor from a pipe, whose other end nobody may ever open', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'folder'), { mode: 0o700 })
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')])
    for (const name of ['folder', 'pipe']) {
      expect(() => readSecret(join(folder, name), expectation)).toThrow(
        expect.objectContaining({ code: 'KEY_CORRUPT' }),
      )
    }
  })
})

test('a path in a hint can be copied into a shell', () => {
  expect(shellWord('/home/ana/.vcp/node.key')).toBe('/home/ana/.vcp/node.key')
  expect(shellWord("/tmp/it's here; rm")).toBe("'/tmp/it'\\''s here; rm'")
})
