import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/host.ts'
import { contentOf, makeBackup, makeKey, password } from '../testing/keystore.ts'
import { readBackup } from './key-backup.ts'
import { restoreNodeKey } from './key-restore.ts'

async function given() {
  const { file, peerId } = await makeBackup(temporaryFolder())
  return {
    sealed: readBackup(file, readFileSync(file, 'utf8')),
    peerId,
    dataDir: temporaryFolder(),
  }
}

describe('restoring a key', () => {
  test('spares a key that was made while the password was typed', async () => {
    const { sealed, dataDir } = await given()
    const restoring = restoreNodeKey(dataDir, sealed, {
      replaces: false,
      nowMs: () => 1,
      password: async () => {
        makeKey(dataDir)
        return password
      },
    })
    await expect(restoring).rejects.toMatchObject({ code: 'KEY_EXISTS' })
    expect(Object.keys(contentOf(dataDir))).toEqual(['node.key'])
    expect(JSON.parse(contentOf(dataDir)['node.key'] ?? '').peer_id).not.toBe(sealed.peerId)
  })

  test('asks for no password where it cannot go through', async () => {
    const { sealed, dataDir } = await given()
    makeKey(dataDir)
    const restoring = restoreNodeKey(dataDir, sealed, {
      replaces: false,
      nowMs: () => 1,
      password: () => expect.unreachable('nobody is asked'),
    })
    await expect(restoring).rejects.toMatchObject({ code: 'KEY_EXISTS' })
  })
})
