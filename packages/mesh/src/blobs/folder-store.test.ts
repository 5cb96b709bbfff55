import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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

  test('says in which file a blob lies, while it does', async () => {
    const store = await inFolder(newFolder())
    const large = await store.put([bytesOf(600_000, 2)])
    const file = store.fileOf(large)
    expect(file === null || readFileSync(file).equals(bytesOf(600_000, 2))).toBe(true)
    expect(file).not.toBe(null)
    // It lies in a database, with others.
    expect(store.fileOf(await store.put([bytesOf(1_000, 1)]))).toBe(null)
    await store.remove(large)
    expect(store.fileOf(large)).toBe(null)
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
    const leaf = await store.put([bytesOf(20_000)])
    const small = await store.put([bytesOf(1_000)])
    writeFileSync(join(folder, 'blobs', large), bytesOf(600_000, 5))
    writeFileSync(join(folder, 'blobs', leaf), bytesOf(20_000, 5))
    const database = new DatabaseSync(join(folder, 'small.sqlite'))
    database.prepare('update blobs set bytes = ?').run(bytesOf(1_000, 5))
    database.close()
    for (const cid of [large, leaf, small]) {
      await expect(bytesIn(store, cid, { isChecked: true })).rejects.toMatchObject({
        code: 'BLOB_CORRUPT',
      })
    }
  })

  test('takes small blobs together, and refuses the one that there is no room for', async () => {
    const folder = newFolder()
    const store = await inFolder(folder, 10_000)
    const sizes = [1_000, 2_000, 12_000, 3_000]
    const put = await Promise.allSettled(sizes.map((size, i) => store.put([bytesOf(size, i)])))
    expect(put.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true])
    expect(put[2]).toMatchObject({ reason: { code: 'STORE_FULL' } })
    expect((await inFolder(folder)).usage()).toMatchObject({ blobs: 3, bytes: 6_000 })
    expect(readdirSync(join(folder, 'blobs'))).toEqual([])
  })

  test('gives back to a short disk what small blobs took', async () => {
    const folder = newFolder()
    const sizeOf = (name: string) =>
      statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
    const backing = await openFolderBacking(folder, Date.now)
    const store = await openStore(backing, {
      bytesMax: 10_000_000,
      freeBytesMin: 0,
      freeBytes: async () => 1_200_000 - sizeOf('small.sqlite') - sizeOf('small.sqlite-wal'),
    })
    const first = await store.put([bytesOf(16_000, 1)])
    // More than the disk has, at a time, if what has gone were not given back.
    for (let i = 2; i < 200; i++) await store.put([bytesOf(16_000, i)])
    expect(store.bytesOf(first)).toBe(null)
    expect(store.usage().blobs).toBeGreaterThan(10)
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
