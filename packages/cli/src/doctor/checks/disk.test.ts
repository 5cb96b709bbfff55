import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { detectHardware } from '../../hardware/detect.ts'
import { examinationWith } from '../../testing/examination.ts'
import { temporaryFolder } from '../../testing/host.ts'
import { fill, makeReadOnly, mountFault, smallDisk } from '../../testing/small-disk.ts'
import { disk } from './disk.ts'

// skipped: only root can mount a disk; `small-disk.ts` says so on stderr
const testWithDisks = test.runIf(mountFault === null)

describe('the disk', () => {
  test('with room enough is fine, and what the probe wrote is gone', async () => {
    const dataDir = temporaryFolder()
    const verdict = await disk.run(examinationWith({}, { dataDir }))
    expect(verdict).toMatchObject({ status: 'ok', hint: null })
    expect(verdict.figures['write_ms']).toBeGreaterThan(0)
    expect(readdirSync(dataDir)).toEqual([])
  })

  test('with less room than is asked for is an error', async () => {
    const verdict = await disk.run(examinationWith({ 'disk.free_gb_min': '100000' }))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toBe(
      '78.9 GB of 252.0 GB are free at /home/ana, and disk.free_gb_min asks for 100000 GB',
    )
    expect(verdict.hint).toContain('lower disk.free_gb_min')
  })

  test('that this machine really has is measured against the limit too', async () => {
    const dataDir = temporaryFolder()
    const { signal } = new AbortController()
    const hardware = await detectHardware({ dataDir, env: process.env, signal })
    const verdict = await disk.run(
      examinationWith({ 'disk.free_gb_min': '100000' }, { dataDir, hardware }),
    )
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain(`are free at ${dataDir}`)
  })

  test('that has hardly room for another file is a warning', async () => {
    const examination = examinationWith()
    const found = examination.hardware.disk
    if (found === null) throw new Error('the recorded machine has a disk')
    const hardware = { ...examination.hardware, disk: { ...found, inodes_free: 12 } }
    const verdict = await disk.run({ ...examination, hardware })
    expect(verdict.status).toBe('warning')
    expect(verdict.summary).toContain('only 12 more files fit')
  })

  test('that cannot be read is unknown, not full', async () => {
    const examination = examinationWith()
    const hardware = { ...examination.hardware, disk: null }
    const verdict = await disk.run({ ...examination, hardware })
    expect(verdict).toMatchObject({ status: 'unknown', figures: { free_bytes: null } })
    expect(verdict.hint).toContain('df')
  })

  testWithDisks('that is full is an error', async () => {
    const dataDir = smallDisk()
    fill(dataDir)
    const verdict = await disk.run(examinationWith({}, { dataDir }))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('ENOSPC')
    expect(verdict.hint).toContain('Free some space')
    expect(readdirSync(dataDir)).toEqual(['filler'])
  })

  testWithDisks('that is read-only is an error', async () => {
    const dataDir = smallDisk()
    makeReadOnly(dataDir)
    const verdict = await disk.run(examinationWith({}, { dataDir }))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('EROFS')
    expect(verdict.hint).toContain('--data-dir')
  })
})
