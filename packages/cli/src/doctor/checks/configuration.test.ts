import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examinationWith } from '../../testing/examination.ts'
import { temporaryFolder } from '../../testing/host.ts'
import { readTolerantSettings } from '../tolerant-settings.ts'
import { configuration } from './configuration.ts'

function folderWith(config: string): string {
  const dataDir = temporaryFolder()
  writeFileSync(join(dataDir, 'config.json'), config, { mode: 0o600 })
  return dataDir
}

describe('the configuration', () => {
  test('is fine without a file, and with a good one', async () => {
    expect(await configuration.run(examinationWith())).toMatchObject({ status: 'ok' })
    const dataDir = folderWith('{"node":{"listen_port":9000}}')
    const examination = examinationWith({}, { dataDir })
    expect(await configuration.run(examination)).toMatchObject({ status: 'ok' })
    expect(examination.settings['node.listen_port']).toBe(9000)
  })

  test('that is no JSON is an error, and the defaults hold', async () => {
    const examination = examinationWith({}, { dataDir: folderWith('{"node": ') })
    const verdict = await configuration.run(examination)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('is not valid JSON')
    expect(verdict.hint).toContain('Correct the file by hand')
    expect(examination.settings['node.listen_port']).toBe(8421)
  })

  test('with several faults names them all, and keeps what is good', async () => {
    const dataDir = folderWith('{"node":{"listen_port":99999,"nmae":"x"},"disk":{"free_gb_min":7}}')
    const examination = examinationWith({ 'memory.free_mb_min': 'lots' }, { dataDir })
    const verdict = await configuration.run(examination)
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('there is no configuration key "node.nmae"')
    expect(verdict.summary).toContain('node.listen_port cannot be 99999')
    expect(verdict.summary).toContain('memory.free_mb_min cannot be "lots" (on the command line)')
    expect(verdict.hint).toContain('Did you mean node.name?')
    expect(verdict.figures['faults']).toHaveLength(3)
    expect(examination.settings).toMatchObject({
      'node.listen_port': 8421,
      'disk.free_gb_min': 7,
      'memory.free_mb_min': 256,
    })
  })

  test('falls back from a bad variable to the file', () => {
    const dataDir = folderWith('{"disk":{"free_gb_min":7}}')
    const env = { VCP_DISK_FREE_GB_MIN: 'x' }
    const { settings, faults } = readTolerantSettings({ dataDir, env, overrides: {} })
    expect(settings['disk.free_gb_min']).toBe(7)
    expect(faults.map(({ code }) => code)).toEqual(['CONFIG_VALUE_INVALID'])
  })

  test('tells of a variable that nobody knows', () => {
    const env = { VCP_NODE_LISTEN_PROT: '1' }
    const { faults } = readTolerantSettings({ dataDir: '/nowhere', env, overrides: {} })
    expect(faults.map(({ code }) => code)).toEqual(['CONFIG_KEY_UNKNOWN'])
  })

  test('that cannot be opened is a fault, not a crash', () => {
    const dataDir = temporaryFolder()
    mkdirSync(join(dataDir, 'config.json'))
    const { faults } = readTolerantSettings({ dataDir, env: {}, overrides: {} })
    expect(faults.map(({ code }) => code)).toEqual(['CONFIG_FILE_CORRUPT'])
  })
})
