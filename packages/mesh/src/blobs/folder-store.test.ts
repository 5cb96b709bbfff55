import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bytesOf } from '../testing/bytes.ts'
import { bytesIn, describeBlobStore } from './blob-store.conformance.ts'
import { openFolderBacking } from './folder-backing.ts'
import { openFolderStore, openMemoryStore, openStore } from './open-store.ts'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-blobs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const inFolder = (folder: string, bytesMax = 100_000_000) =>
  openFolderStore({ folder, bytesMax, freeBytesMin: 0 })

describeBlobStore('a store in a folder', (bytesMax) => inFolder(newFolder(), bytesMax))
describeBlobStore('a store in memory', openMemoryStore)

describe('a store in a folder', () => {
  test('has its blobs, their order of use and their holders after a restart', async () => {
    const folder = newFolder()
    const store = await inFolder(folder)
    const small = await store.put([bytesOf(1_000, 1)])
    const large = await store.put([bytesOf(600_000, 2)])
    await store.pin(small, 'ana')
    await store.pin(large, 'ben')
    await store.unpin(large, 'ben')
    const again = await inFolder(folder, 700_000)
    expect(again.usage()).toMatchObject({ blobs: 2, bytes: 601_000, pinnedBytes: 1_000 })
    expect((await bytesIn(again, large, { isChecked: true })).equals(bytesOf(600_000, 2))).toBe(
      true,
    )
    await again.put([bytesOf(200_000, 3)])
    expect(await again.manifest(large)).toBe(null)
    expect(await again.manifest(small)).not.toBe(null)
  })

  test('keeps what is held for reasons of the program, as long as it says so', async () => {
    const held = new Set<string>()
    const isHeld = (cid: string) => held.has(cid)
    const options = { folder: newFolder(), bytesMax: 2_000, freeBytesMin: 0, isHeld }
    const store = await openFolderStore(options)
    const first = await store.put([bytesOf(1_000, 1)])
    held.add(first)
    await store.put([bytesOf(1_000, 2)])
    await store.put([bytesOf(1_000, 3)])
    expect(store.usage()).toMatchObject({ blobs: 2, pinnedBytes: 1_000 })
    expect([await store.remove(first), store.bytesOf(first)]).toEqual([false, 1_000])
    held.clear()
    await store.put([bytesOf(2_000, 4)])
    expect(store.bytesOf(first)).toBe(null)
  })

  test('leaves no file of what is gone or was never whole', async () => {
    const folder = newFolder()
    const store = await inFolder(folder)
    const large = await store.put([bytesOf(600_000)])
    await store.pin(large, 'ana')
    await store.unpin(large, 'ana')
    expect(await store.remove(large)).toBe(true)
    writeFileSync(join(folder, 'drafts', 'put-7'), 'what a crash left')
    writeFileSync(join(folder, 'trees', large), 'what a crash left')
    await inFolder(folder)
    const left = ['blobs', 'trees', 'holders', 'drafts'].flatMap((place) =>
      readdirSync(join(folder, place)),
    )
    expect(left).toEqual([])
  })

  test('goes on with a blob that came in part before a crash', async () => {
    const folder = newFolder()
    const bytes = bytesOf(3 * limits.blobPieceBytesMax)
    const source = await openMemoryStore(100_000_000)
    const cid = await source.put([bytes])
    const manifest = (await source.manifest(cid))!
    const receiving = await (await inFolder(folder)).receive(cid, manifest)
    const last = receiving.missing[2]!
    await receiving.write(last.offset, bytes.subarray(last.offset))
    // No end, no abandonment: the process is gone.
    const again = await (await inFolder(folder)).receive(cid, manifest)
    expect(again.missing).toEqual(receiving.missing.slice(0, 2))
    await Promise.all([receiving.abandon(), again.abandon()])
  })

  test('says, when asked to check, that a file was changed behind its back', async () => {
    const folder = newFolder()
    const store = await inFolder(folder)
    const large = await store.put([bytesOf(600_000)])
    const small = await store.put([bytesOf(1_000)])
    for (const [cid, length] of [
      [large, 600_000],
      [small, 1_000],
    ] as const) {
      writeFileSync(join(folder, 'blobs', cid), bytesOf(length, 5))
      await expect(bytesIn(store, cid, { isChecked: true })).rejects.toMatchObject({
        code: 'BLOB_CORRUPT',
      })
    }
  })

  test('leaves on the disk what others may need', async () => {
    const folder = newFolder()
    let free = 10_000
    const backing = await openFolderBacking(folder, Date.now)
    const store = await openStore(backing, {
      bytesMax: 1_000_000,
      freeBytesMin: 4_000,
      freeBytes: async () => free,
    })
    const first = await store.put([bytesOf(5_000, 1)])
    free -= 5_000
    await expect(store.put([bytesOf(7_000, 2)])).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await store.manifest(first)).not.toBe(null)
    await store.put([bytesOf(900, 3)])
    expect(await store.manifest(first)).not.toBe(null)
  })
})
