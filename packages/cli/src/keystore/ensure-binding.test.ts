import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifyNodeBinding } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { hostOf, temporaryFolder } from '../testing/host.ts'
import { bindingFile } from './binding.ts'
import { ensureBinding } from './ensure-binding.ts'
import { ensureNodeKey } from './node-key.ts'
import { findWallet, walletFile } from './wallet.ts'

const dayMs = 86_400_000
const startMs = 1_800_000_000_000

function prepared() {
  const dataDir = temporaryFolder()
  let nowMs = startMs
  const { host, written } = hostOf({ nowMs: () => nowMs })
  const { peerId } = ensureNodeKey(dataDir, host.randomBytes).key.signer
  const ensure = (network = 'local') => ensureBinding(dataDir, host, { peerId, network })
  return { dataDir, ensure, written, pass: (days: number) => (nowMs += days * dayMs) }
}

describe('the word of the owner', () => {
  test('is signed by a wallet made for it, and kept', async () => {
    const { dataDir, ensure, written } = prepared()
    const first = await ensure()
    expect(first).toMatchObject({ isNew: true, endsSoon: false })
    expect(first.binding.owner).toBe(findWallet(dataDir)?.address)
    expect(verifyNodeBinding(first.binding, { nowMs: startMs, network: 'local' }).ok).toBe(true)
    expect(written.err).toContain('made an owner wallet')
    expect(await ensure()).toEqual({ ...first, isNew: false })
  })

  test('is renewed a month before it ends, and for another network', async () => {
    const { ensure, pass } = prepared()
    const first = await ensure()
    pass(330)
    expect(await ensure()).toEqual({ ...first, isNew: false })
    pass(10)
    const second = await ensure()
    expect(second.isNew).toBe(true)
    expect(second.binding.owner).toBe(first.binding.owner)
    expect((await ensure('staging')).binding.network).toBe('staging')
  })

  test('of an owner elsewhere is used as it is, and never replaced', async () => {
    const { dataDir, ensure, pass } = prepared()
    const { binding } = await ensure()
    rmSync(walletFile(dataDir))
    pass(340)
    expect(await ensure()).toEqual({ binding, isNew: false, endsSoon: true })
    await expect(ensure('staging')).rejects.toMatchObject({ code: 'BINDING_INVALID' })
    pass(30)
    await expect(ensure()).rejects.toMatchObject({ code: 'BINDING_INVALID' })
    writeFileSync(bindingFile(dataDir), '{"half', { mode: 0o600 })
    await expect(ensure()).rejects.toMatchObject({ code: 'BINDING_INVALID' })
    expect(findWallet(dataDir)).toBeNull()
    expect(bindingFile(dataDir)).toBe(join(dataDir, 'binding.json'))
  })
})
