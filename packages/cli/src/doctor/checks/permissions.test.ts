import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeWithModes, testAsRoot } from '../../testing/conditions.ts'
import { examinationWith } from '../../testing/examination.ts'
import { temporaryFolder } from '../../testing/host.ts'
import { permissions } from './permissions.ts'

function folderWith(files: Readonly<Record<string, number>>): string {
  const dataDir = temporaryFolder()
  for (const [name, mode] of Object.entries(files)) {
    writeFileSync(join(dataDir, name), '{}')
    chmodSync(join(dataDir, name), mode)
  }
  return dataDir
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

describeWithModes('the permissions', () => {
  test('of no files at all are fine', async () => {
    expect(await permissions.run(examinationWith())).toMatchObject({ status: 'ok' })
  })

  test('of files that are ours alone are fine', async () => {
    const dataDir = folderWith({ 'node.key': 0o600, 'config.json': 0o600, 'notes.txt': 0o644 })
    const verdict = await permissions.run(examinationWith({}, { dataDir }))
    expect(verdict).toMatchObject({ status: 'ok', figures: { files: 2 } })
  })

  test.each(['node.key', 'wallet.json', 'node.key.old', 'wallet.json.bak', 'my-backup.json'])(
    'of %s that others can read are an error, and closed by the fix',
    async (name) => {
      const dataDir = folderWith({ [name]: 0o644 })
      const examination = examinationWith({}, { dataDir })
      const verdict = await permissions.run(examination)
      const file = join(dataDir, name)
      expect(verdict.status).toBe('error')
      expect(verdict.summary).toBe(`other users of this machine can reach ${file} (mode 0644)`)
      expect(verdict.hint).toContain(`chmod 600 ${file}`)
      expect(verdict.hint).toContain('make a new one')

      const changes = await permissions.fix?.(examination)
      expect(changes).toEqual([`changed the mode of ${file} from 0644 to 0600`])
      expect(modeOf(file)).toBe(0o600)
      expect(await permissions.run(examination)).toMatchObject({ status: 'ok' })
    },
  )

  test.each(['config.json', 'binding.json'])(
    'of %s, which is no secret, are a warning',
    async (name) => {
      const examination = examinationWith({}, { dataDir: folderWith({ [name]: 0o664 }) })
      const verdict = await permissions.run(examination)
      expect(verdict.status).toBe('warning')
      expect(verdict.hint).toContain('vcp doctor --fix')
      expect(verdict.hint).not.toContain('make a new one')
    },
  )

  testAsRoot('of a key of somebody else are an error that no fix touches', async () => {
    const dataDir = folderWith({ 'node.key': 0o644 })
    chownSync(join(dataDir, 'node.key'), 65_534, 65_534)
    const examination = examinationWith({}, { dataDir })
    const verdict = await permissions.run(examination)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('belongs to another user')
    expect(verdict.hint).toContain('Do not trust')
    expect(await permissions.fix?.(examination)).toEqual([])
    expect(modeOf(join(dataDir, 'node.key'))).toBe(0o644)
  })

  test.each([0o640, 0o620, 0o604, 0o610])('of a key with mode %i are an error', async (mode) => {
    const dataDir = folderWith({ 'node.key': mode })
    const verdict = await permissions.run(examinationWith({}, { dataDir }))
    expect(verdict).toMatchObject({ status: 'error' })
  })

  test('of a link are an error, and what it leads to is left alone', async () => {
    const target = join(temporaryFolder(), 'target')
    writeFileSync(target, '')
    chmodSync(target, 0o644)
    const dataDir = temporaryFolder()
    symlinkSync(target, join(dataDir, 'node.key'))
    const examination = examinationWith({}, { dataDir })
    const verdict = await permissions.run(examination)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('a link to somewhere else')
    expect(await permissions.fix?.(examination)).toEqual([])
    expect(modeOf(target)).toBe(0o644)
  })

  test('of a folder in the place of a key are an error', async () => {
    const dataDir = temporaryFolder()
    mkdirSync(join(dataDir, 'node.key'))
    const verdict = await permissions.run(examinationWith({}, { dataDir }))
    expect(verdict).toMatchObject({ status: 'error' })
    expect(verdict.summary).toContain('not a regular file')
  })

  test('on Windows are unknown, with what to do instead', async () => {
    const verdict = await permissions.run(examinationWith({}, { platform: 'win32' }))
    expect(verdict.status).toBe('unknown')
    expect(verdict.hint).toContain('profile')
  })
})
