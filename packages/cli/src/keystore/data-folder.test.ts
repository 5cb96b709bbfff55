import { chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/host.ts'
import { chownFault, nobody } from '../testing/other-user.ts'
import { makeReadOnly, mountFault, smallDisk } from '../testing/small-disk.ts'
import { checkDataFolder, openDataFolder } from './data-folder.ts'

const unusable = (message: RegExp) =>
  expect.objectContaining({
    code: 'DATA_FOLDER_UNUSABLE',
    message: expect.stringMatching(message),
  })

describe('the data folder', () => {
  test('is made for its owner alone, with the folders above it', () => {
    const folder = join(temporaryFolder(), 'a', 'b')
    openDataFolder(folder)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  test('is only looked at when it is checked', () => {
    const folder = join(temporaryFolder(), 'a')
    expect(checkDataFolder(folder)).toBe(false)
    expect(existsSync(folder)).toBe(false)
    mkdirSync(folder)
    expect(checkDataFolder(folder)).toBe(true)
  })

  test('cannot be a file, nor be in one', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, 'content')
    expect(() => openDataFolder(file)).toThrow(unusable(/it is a file, not a folder/))
    expect(() => openDataFolder(join(file, 'in'))).toThrow(unusable(/cannot be/))
  })

  // skipped: only root can give a file away
  test.skipIf(chownFault !== null)('of somebody else is refused and left alone', () => {
    const folder = temporaryFolder()
    chownSync(folder, nobody, nobody)
    const before = statSync(folder)
    expect(() => openDataFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'DATA_FOLDER_UNUSABLE',
        message: expect.stringMatching(/belongs to another user.*uid 65534/),
        hint: expect.stringContaining('--data-dir'),
        details: { folder, owner_uid: nobody },
      }),
    )
    expect(statSync(folder)).toMatchObject({
      mode: before.mode,
      uid: nobody,
      mtimeMs: before.mtimeMs,
    })
    expect(readdirSync(folder)).toEqual([])
  })

  // skipped: only root can mount a small disk
  test.skipIf(mountFault !== null)('that cannot be written is refused', () => {
    const disk = smallDisk()
    mkdirSync(join(disk, 'there'), { mode: 0o700 })
    makeReadOnly(disk)
    expect(() => openDataFolder(join(disk, 'there'))).toThrow(unusable(/you may not write in it/))
    expect(() => openDataFolder(join(disk, 'new'))).toThrow(unusable(/it cannot be made/))
    expect(checkDataFolder(join(disk, 'there'))).toBe(true)
  })
})
