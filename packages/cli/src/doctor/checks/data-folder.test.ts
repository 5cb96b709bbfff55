import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testAsRoot, testOnLinux, testWithModes } from '../../testing/conditions.ts'
import { examinationWith } from '../../testing/examination.ts'
import { temporaryFolder } from '../../testing/host.ts'
import type { Examination } from '../check.ts'
import { dataFolder } from './data-folder.ts'

function folder(mode: number): string {
  const dataDir = join(temporaryFolder(), 'data')
  mkdirSync(dataDir)
  chmodSync(dataDir, mode)
  return dataDir
}

function onFileSystem(filesystem: string | null): Examination {
  const examination = examinationWith({}, { dataDir: folder(0o700) })
  const disk = examination.hardware.disk
  if (disk === null) throw new Error('the recorded machine has a disk')
  return { ...examination, hardware: { ...examination.hardware, disk: { ...disk, filesystem } } }
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

describe('the data folder', () => {
  test('that is ours alone is fine', async () => {
    const examination = examinationWith({}, { dataDir: folder(0o700) })
    expect(await dataFolder.run(examination)).toMatchObject({ status: 'ok', hint: null })
  })

  test('that is missing is a warning, and made by the fix', async () => {
    const examination = examinationWith()
    const verdict = await dataFolder.run(examination)
    expect(verdict.status).toBe('warning')
    expect(verdict.summary).toContain('does not exist yet')
    expect(verdict.hint).toContain('vcp doctor --fix')

    expect(await dataFolder.fix?.(examination)).toEqual([`made the folder ${examination.dataDir}`])
    expect(modeOf(examination.dataDir)).toBe(0o700)
    expect(await dataFolder.run(examination)).toMatchObject({ status: 'ok' })
  })

  testWithModes('that others can write in is an error, and closed by the fix', async () => {
    const examination = examinationWith({}, { dataDir: folder(0o770) })
    const verdict = await dataFolder.run(examination)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('other users can put files of theirs into')
    expect(verdict.summary).toContain('(mode 0770)')
    expect(verdict.hint).toContain(`chmod 700 ${examination.dataDir}`)

    const [change] = (await dataFolder.fix?.(examination)) ?? []
    expect(change).toContain('from 0770 to 0700')
    expect(modeOf(examination.dataDir)).toBe(0o700)
    expect(await dataFolder.run(examination)).toMatchObject({ status: 'ok' })
  })

  testWithModes('that others can look into is a warning', async () => {
    const verdict = await dataFolder.run(examinationWith({}, { dataDir: folder(0o755) }))
    expect(verdict).toMatchObject({ status: 'warning', figures: { mode: '0755' } })
    expect(verdict.hint).toContain('chmod 700')
  })

  testAsRoot('that belongs to somebody else is an error that no fix touches', async () => {
    const examination = examinationWith({}, { dataDir: folder(0o777) })
    chownSync(examination.dataDir, 65_534, 65_534)
    const verdict = await dataFolder.run(examination)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('belongs to another user')
    expect(verdict.hint).toContain('--data-dir')
    expect(await dataFolder.fix?.(examination)).toEqual([])
    expect(modeOf(examination.dataDir)).toBe(0o777)
  })

  test('that is a file is an error', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    writeFileSync(dataDir, '')
    const verdict = await dataFolder.run(examinationWith({}, { dataDir }))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('is a file, not a folder')
    expect(verdict.hint).toContain('--data-dir')
  })

  testOnLinux('that nobody can make is an error', async () => {
    const verdict = await dataFolder.run(examinationWith({}, { dataDir: '/proc/self/vcp' }))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('/proc/self/vcp does not exist, and you may not make it in')
  })

  test.each(['nfs', 'nfs4', 'cifs', 'smb3', '9p', 'fuse.sshfs'])(
    'on the network file system %s is an error',
    async (type) => {
      const verdict = await dataFolder.run(onFileSystem(type))
      expect(verdict.status).toBe('error')
      expect(verdict.summary).toContain(`network file system (${type})`)
      expect(verdict.hint).toContain('a disk of this machine')
    },
  )

  test.each(['tmpfs', 'overlay'])('on %s is a warning: it will be gone', async (type) => {
    const verdict = await dataFolder.run(onFileSystem(type))
    expect(verdict).toMatchObject({ status: 'warning' })
    expect(verdict.hint).toContain('vcp key backup')
  })

  test.each(['ext4', 'btrfs', 'xfs', 'NTFS', 'APFS', null])('on %s is fine', async (type) => {
    expect(await dataFolder.run(onFileSystem(type))).toMatchObject({ status: 'ok' })
  })
})
