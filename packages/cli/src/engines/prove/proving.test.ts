import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cidOf, signerFrom } from '@vcp/protocol'
import { afterAll, expect, test } from 'vitest'
import { openProving } from './proving.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'vcp-proving-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

test('what a killed agent left of its proofs goes when the next one starts', async () => {
  const within = join(dataDir, 'proving')
  const left = join(within, 'vcp-prove-ab12', 'w.wtns')
  mkdirSync(join(left, '..'), { recursive: true })
  writeFileSync(left, 'private inputs')
  const unseal = () => {
    throw new Error('nothing is sealed')
  }
  const { peerId } = signerFrom(Buffer.alloc(32, 7))
  const proving = await openProving({ peerId, unseal, rapidsnark: null }, dataDir)
  expect(existsSync(left)).toBe(false)
  const bytes = Uint8Array.of(1)
  const key = await proving.keyFiles.with(cidOf('raw', bytes), bytes, async (file) => file)
  expect(key.startsWith(within)).toBe(true)
  const { proverBounds } = proving.making(64, new AbortController().signal)
  expect(proverBounds.within).toBe(within)
  await proving.close()
  expect(existsSync(within)).toBe(false)
})
