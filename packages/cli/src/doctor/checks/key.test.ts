import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ensureNodeKey } from '../../keystore/node-key.ts'
import { testWithModes } from '../../testing/conditions.ts'
import { examinationWith } from '../../testing/examination.ts'
import { temporaryFolder } from '../../testing/host.ts'
import { key } from './key.ts'

function folderWithKey(): { readonly dataDir: string; readonly file: string } {
  const dataDir = temporaryFolder()
  ensureNodeKey(dataDir, (count) => new Uint8Array(count).fill(7))
  return { dataDir, file: join(dataDir, 'node.key') }
}

describe('the node key', () => {
  test('that is missing is fine: a node makes it', async () => {
    expect(await key.run(examinationWith())).toMatchObject({ status: 'ok', hint: null })
  })

  test('that is whole is fine, and named', async () => {
    const { dataDir } = folderWithKey()
    const verdict = await key.run(examinationWith({}, { dataDir }))
    expect(verdict.status).toBe('ok')
    expect(verdict.figures['peer_id']).toMatch(/^12D3KooW/)
  })

  test('that was cut short is an error', async () => {
    const { dataDir, file } = folderWithKey()
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40))
    const verdict = await key.run(examinationWith({}, { dataDir }))
    expect(verdict).toMatchObject({ status: 'error', figures: { code: 'KEY_CORRUPT' } })
    expect(verdict.hint).toContain('vcp key restore')
  })

  test('whose secret belongs to another peer id is an error', async () => {
    const { dataDir, file } = folderWithKey()
    const content = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...content, secret: '01'.repeat(32) }))
    const verdict = await key.run(examinationWith({}, { dataDir }))
    expect(verdict.status).toBe('error')
    expect(verdict.summary).toContain('peer_id and secret do not belong together')
  })

  testWithModes('that others can read is an error', async () => {
    const { dataDir, file } = folderWithKey()
    chmodSync(file, 0o644)
    const verdict = await key.run(examinationWith({}, { dataDir }))
    expect(verdict).toMatchObject({ status: 'error', figures: { code: 'KEY_EXPOSED' } })
    expect(verdict.hint).toContain('chmod 600')
  })
})
