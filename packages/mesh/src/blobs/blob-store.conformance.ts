// What every store of blobs does, whatever it keeps them on.
import { type Cid, cidOf, limits } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../testing/bytes.ts'
import type { BlobStore, ReadOptions } from './blob-store.ts'
import { piecesOf } from './manifest.ts'

const { blobLeafBytes, blobPieceBytesMax } = limits
/** Three pieces and a bit: thirteen leaves. */
const largeBytes = 3 * blobPieceBytesMax + 1_000

export type OpenStore = (bytesMax: number) => Promise<BlobStore>

export async function bytesIn(store: BlobStore, cid: Cid, options?: ReadOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of store.read(cid, options)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export function describeBlobStore(name: string, open: OpenStore): void {
  const plenty = 100_000_000

  describe(`${name}: putting and reading`, () => {
    test.each([0, 1, blobLeafBytes, blobLeafBytes + 1, largeBytes])(
      'gives %i bytes back under their name',
      async (count) => {
        const store = await open(plenty)
        const bytes = bytesOf(count)
        const cid = await store.put([bytes.subarray(0, 7), bytes.subarray(7)])
        expect(cid.startsWith(count <= blobLeafBytes ? 'bafkrei' : 'bafybei')).toBe(true)
        expect((await bytesIn(store, cid)).equals(bytes)).toBe(true)
        expect((await bytesIn(store, cid, { isChecked: true })).equals(bytes)).toBe(true)
        expect((await store.manifest(cid))?.bytes).toBe(count)
        expect(store.usage()).toEqual({ blobs: 1, bytes: count, bytesMax: plenty, pinnedBytes: 0 })
      },
    )

    test('names a blob by the digest of all its bytes where that is asked for', async () => {
      const store = await open(plenty)
      const bytes = bytesOf(largeBytes)
      const cid = await store.put([bytes], { shape: 'whole' })
      expect(cid).toBe(cidOf('raw', bytes))
      expect((await bytesIn(store, cid, { isChecked: true })).equals(bytes)).toBe(true)
    })

    test('keeps bytes under the name they must have, and no others', async () => {
      const store = await open(plenty)
      const bytes = bytesOf(300_000)
      const names = { whole: cidOf('dag-cbor', bytes), tree: await store.put([bytes]) } as const
      expect(await store.put([bytes], { shape: 'whole', cid: names.whole })).toBe(names.whole)
      expect(await store.put([bytes], { shape: 'tree', cid: names.tree })).toBe(names.tree)
      expect([store.bytesOf(names.whole), store.usage().blobs]).toEqual([300_000, 2])
      for (const shape of ['whole', 'tree'] as const) {
        const wrong = store.put([bytesOf(300_000, 1)], { shape, cid: names[shape] })
        await expect(wrong).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
      }
      const mixed = store.put([bytes], { shape: 'whole', cid: names.tree })
      await expect(mixed).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
      expect(store.usage().blobs).toBe(2)
      expect(store.bytesOf(cidOf('raw', bytes))).toBe(null)
    })

    test('reads any range, checked or not', async () => {
      const store = await open(plenty)
      const bytes = bytesOf(largeBytes)
      const cid = await store.put([bytes])
      for (const offset of [
        0,
        1,
        blobLeafBytes - 1,
        blobPieceBytesMax,
        largeBytes - 1,
        largeBytes,
      ]) {
        for (const length of [0, 1, blobLeafBytes + 3, 2 * blobPieceBytesMax]) {
          const range = { offset, length: Math.min(length, largeBytes - offset) }
          const expected = bytes.subarray(offset, offset + range.length)
          for (const isChecked of [false, true]) {
            const read = await bytesIn(store, cid, { ...range, isChecked })
            expect(read.equals(expected), `${JSON.stringify(range)} ${isChecked}`).toBe(true)
          }
        }
      }
      const beyond = bytesIn(store, cid, { offset: largeBytes, length: 1 })
      await expect(beyond).rejects.toMatchObject({ code: 'INVALID' })
    })

    test('holds what is put twice once', async () => {
      const store = await open(plenty)
      const cids = await Promise.all([store.put([bytesOf(500_000)]), store.put([bytesOf(500_000)])])
      expect(cids[0]).toBe(cids[1])
      expect(store.usage()).toMatchObject({ blobs: 1, bytes: 500_000 })
    })

    test('has nothing of what it was not given', async () => {
      const store = await open(plenty)
      const cid = cidOf('raw', bytesOf(5))
      expect(await store.manifest(cid)).toBe(null)
      await expect(bytesIn(store, cid)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(store.pin(cid, 'ana')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(store.put([bytesOf(11)], { bytesMax: 10 })).rejects.toMatchObject({
        code: 'TOO_LARGE',
      })
      expect(store.usage().blobs).toBe(0)
    })
  })

  describe(`${name}: room`, () => {
    const one = (seed: number) => [bytesOf(1_000, seed)]

    test('is made by letting the least recently used go', async () => {
      const store = await open(3_000)
      const first = await store.put(one(1))
      const second = await store.put(one(2))
      const third = await store.put(one(3))
      await bytesIn(store, first)
      const fourth = await store.put(one(4))
      const here = []
      for (const cid of [first, second, third, fourth]) here.push(await store.manifest(cid))
      expect(here.map((manifest) => manifest !== null)).toEqual([true, false, true, true])
      expect(store.usage()).toMatchObject({ blobs: 3, bytes: 3_000 })
    })

    test('is never made of what is pinned, by anybody', async () => {
      const store = await open(2_000)
      const pinned = await store.put(one(1))
      await store.pin(pinned, 'ana')
      await store.pin(pinned, 'ben')
      await store.unpin(pinned, 'ana')
      await store.put(one(2))
      await store.put(one(3))
      expect(await store.manifest(pinned)).not.toBe(null)
      expect(await store.remove(pinned)).toBe(false)
      await store.unpin(pinned, 'ben')
      await store.put(one(4))
      await store.put(one(5))
      expect(await store.manifest(pinned)).toBe(null)
    })

    test('that cannot be had costs nothing that is there', async () => {
      const store = await open(3_000)
      const kept = await store.put(one(1))
      const pinned = await store.put(one(2))
      await store.pin(pinned, 'ana')
      await expect(store.put([bytesOf(2_500)])).rejects.toMatchObject({ code: 'STORE_FULL' })
      expect(await store.manifest(kept)).not.toBe(null)
      expect(store.usage()).toMatchObject({ blobs: 2, bytes: 2_000, pinnedBytes: 1_000 })
      const source = await open(plenty)
      const large = await source.put([bytesOf(2_001)])
      const manifest = (await source.manifest(large))!
      await expect(store.receive(large, manifest)).rejects.toMatchObject({ code: 'STORE_FULL' })
    })

    test('is given back by what failed half way', async () => {
      const store = await open(3_000)
      async function* broken() {
        yield bytesOf(2_000)
        throw new Error('the line is cut')
      }
      await expect(store.put(broken())).rejects.toThrow('the line is cut')
      await store.put([bytesOf(3_000)])
      expect(store.usage()).toMatchObject({ blobs: 1, bytes: 3_000 })
    })
  })

  describe(`${name}: receiving`, () => {
    async function source(shape: 'tree' | 'whole') {
      const bytes = bytesOf(largeBytes)
      const store = await open(plenty)
      const cid = await store.put([bytes], { shape })
      const manifest = (await store.manifest(cid))!
      const at = ({ offset, length }: { offset: number; length: number }) =>
        bytes.subarray(offset, offset + length)
      return { cid, manifest, bytes, at }
    }

    test('takes pieces in any order, and only right ones', async () => {
      const { cid, manifest, bytes, at } = await source('tree')
      const store = await open(plenty)
      const receiving = await store.receive(cid, manifest)
      expect(receiving.missing).toEqual(piecesOf(manifest))
      const wrong = Uint8Array.from(at({ offset: 0, length: blobPieceBytesMax }))
      wrong[blobPieceBytesMax - 1]! ^= 1
      expect(await receiving.write(0, wrong)).toMatchObject({ ok: false, code: 'BLOB_CORRUPT' })
      for (const piece of [...receiving.missing].reverse()) {
        expect(await store.manifest(cid)).toBe(null)
        expect(await receiving.write(piece.offset, at(piece))).toEqual({ ok: true, value: null })
      }
      expect(await receiving.commit()).toEqual({ ok: true, value: null })
      expect((await bytesIn(store, cid, { isChecked: true })).equals(bytes)).toBe(true)
    })

    test('goes on where it was left', async () => {
      const { cid, manifest, at, bytes } = await source('tree')
      const store = await open(plenty)
      const first = await store.receive(cid, manifest)
      for (const piece of first.missing.slice(1, 3)) await first.write(piece.offset, at(piece))
      await first.abandon()
      const second = await store.receive(cid, manifest)
      expect(second.missing).toEqual([piecesOf(manifest)[0], piecesOf(manifest)[3]])
      for (const piece of second.missing) await second.write(piece.offset, at(piece))
      await second.commit()
      expect((await bytesIn(store, cid)).equals(bytes)).toBe(true)
    })

    test('refuses a whole that is not the one named', async () => {
      const { cid, manifest, at, bytes } = await source('whole')
      const store = await open(plenty)
      const receiving = await store.receive(cid, manifest)
      for (const piece of receiving.missing) await receiving.write(piece.offset, at(piece))
      await receiving.write(0, bytesOf(blobPieceBytesMax, 9))
      expect(await receiving.commit()).toMatchObject({ ok: false, code: 'BLOB_CORRUPT' })
      expect(store.usage().blobs).toBe(0)
      const again = await store.receive(cid, manifest)
      for (const piece of again.missing) await again.write(piece.offset, at(piece))
      expect(await again.commit()).toMatchObject({ ok: true })
      expect((await bytesIn(store, cid)).equals(bytes)).toBe(true)
    })

    test('is of one at a time', async () => {
      const { cid, manifest } = await source('tree')
      const store = await open(plenty)
      const first = await store.receive(cid, manifest)
      await expect(store.receive(cid, manifest)).rejects.toMatchObject({ code: 'CONFLICT' })
      await first.abandon()
      await (await store.receive(cid, manifest)).abandon()
    })

    test('left half way makes room for what is wanted now', async () => {
      const { cid, manifest, at } = await source('tree')
      const store = await open(largeBytes + 100)
      const receiving = await store.receive(cid, manifest)
      await receiving.write(0, at(receiving.missing[0]!))
      await expect(store.put([bytesOf(1_000)])).rejects.toMatchObject({ code: 'STORE_FULL' })
      await receiving.abandon()
      await store.put([bytesOf(1_000)])
      expect(store.usage()).toMatchObject({ blobs: 1, bytes: 1_000 })
    })
  })
}
