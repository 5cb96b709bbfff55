// What the commands do where they cannot write: one clear error, nothing lost, nothing left behind.
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fail } from '../testing/failure.ts'
import { run, temporaryFolder } from '../testing/host.ts'
import { contentOf, makeBackup, makeKey, makeWallet, password } from '../testing/keystore.ts'
import { chownFault, nobody } from '../testing/other-user.ts'
import { fill, makeReadOnly, mountFault, smallDisk } from '../testing/small-disk.ts'

const env = { VCP_WALLET_PASSWORD: password, VCP_BACKUP_PASSWORD: password }

/** Every command line that writes, with what it needs before: a key, a wallet, a configuration. */
const writers: readonly [string, (dataDir: string, backup: string) => readonly string[]][] = [
  ['key show --create', () => ['key', 'show', '--create']],
  ['key backup', (dataDir) => ['key', 'backup', join(dataDir, 'backup.json')]],
  ['key restore', (_, backup) => ['key', 'restore', backup]],
  ['key restore --replace', (_, backup) => ['key', 'restore', backup, '--replace']],
  ['wallet create', () => ['wallet', 'create']],
  ['wallet bind', () => ['wallet', 'bind']],
  ['config set', () => ['config', 'set', 'node.name', 'x'.repeat(32)]],
]

async function prepare(dataDir: string, name: string) {
  const { file } = await makeBackup(temporaryFolder())
  if (['key backup', 'key restore --replace', 'wallet bind'].includes(name)) makeKey(dataDir)
  if (name === 'wallet bind') await makeWallet(dataDir)
  if (name === 'config set') {
    await run(['config', 'set', 'node.name', 'before', '--data-dir', dataDir])
    expect(readFileSync(join(dataDir, 'config.json'), 'utf8')).toContain('before')
  }
  return file
}

describe('on a full disk', () => {
  // skipped: only root can mount a small disk
  test.skipIf(mountFault !== null).each(writers)(
    'vcp %s changes nothing, and works once there is room',
    async (name, lineOf) => {
      const disk = smallDisk()
      const backup = await prepare(disk, name)
      const argv = [...lineOf(disk, backup), '--data-dir', disk]
      fill(disk)
      const before = contentOf(disk)

      const failure = await fail(argv, { env })
      expect(failure).toMatchObject({ error: 'DISK_FULL', exit_code: 3 })
      expect(failure.hint).toContain('Free some space')
      expect(contentOf(disk)).toEqual(before)

      rmSync(join(disk, 'filler'))
      const ran = await run(argv, { env })
      expect(ran).toMatchObject({ exitCode: 0 })
      expect(readdirSync(disk).filter((file) => file.includes('tmp'))).toEqual([])
    },
  )
})

describe('on a disk that is read-only', () => {
  // skipped: only root can mount a small disk
  test.skipIf(mountFault !== null).each(writers)('vcp %s says so', async (name, lineOf) => {
    const disk = smallDisk()
    const backup = await prepare(disk, name)
    makeReadOnly(disk)
    const before = contentOf(disk)
    const failure = await fail([...lineOf(disk, backup), '--data-dir', disk], { env })
    const error = name === 'key backup' ? 'OUTPUT_UNWRITABLE' : 'DATA_FOLDER_UNUSABLE'
    expect(failure).toMatchObject({ error })
    expect(contentOf(disk)).toEqual(before)
  })

  // skipped: only root can mount a small disk
  test.skipIf(mountFault !== null)('a key can still be read', async () => {
    const disk = smallDisk()
    makeKey(disk)
    makeReadOnly(disk)
    expect(await run(['key', 'show', '--data-dir', disk])).toMatchObject({ exitCode: 0 })
  })
})

describe('in a folder of somebody else', () => {
  test
    .skipIf(chownFault !== null)
    .each([
      ...writers,
      ['key show', () => ['key', 'show']],
      ['wallet show', () => ['wallet', 'show']],
    ] as typeof writers)('vcp %s does nothing', async (name, lineOf) => {
    const dataDir = temporaryFolder()
    const backup = await prepare(dataDir, name)
    chownSync(dataDir, nobody, nobody)
    const before = { ...contentOf(dataDir), mode: statSync(dataDir).mode }
    const failure = await fail([...lineOf(dataDir, backup), '--data-dir', dataDir], { env })
    expect(failure).toMatchObject({ error: 'DATA_FOLDER_UNUSABLE', exit_code: 3 })
    expect(failure.message).toContain(`uid ${nobody}`)
    expect(failure.hint).toContain('--data-dir')
    expect({ ...contentOf(dataDir), mode: statSync(dataDir).mode }).toEqual(before)
    expect(statSync(dataDir).uid).toBe(nobody)
  })
})

describe('where the data folder should be', () => {
  test.each(writers)('a file stops vcp %s', async (_, lineOf) => {
    const folder = temporaryFolder()
    const { file } = await makeBackup(folder)
    const dataDir = join(folder, 'data')
    writeFileSync(dataDir, 'a file')
    const failure = await fail([...lineOf(folder, file), '--data-dir', dataDir], { env })
    expect(failure).toMatchObject({ error: 'DATA_FOLDER_UNUSABLE', exit_code: 3 })
    expect(readFileSync(dataDir, 'utf8')).toBe('a file')
  })

  test('an empty folder of our own is all it takes', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    mkdirSync(dataDir)
    const ran = await run(['key', 'show', '--create', '--data-dir', dataDir])
    expect(ran).toMatchObject({ exitCode: 0, err: '' })
  })
})
