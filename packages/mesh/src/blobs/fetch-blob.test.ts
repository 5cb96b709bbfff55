import { blobProtocol, cidOf, limits, type PeerId, pass, refuse, type Signer } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import type { Mesh } from '../mesh.ts'
import { bytesOf } from '../testing/bytes.ts'
import { join, openHosts } from '../testing/hosts.ts'
import { ana, ben, eve, signerOf } from '../testing/keys.ts'
import { createSeen } from '../testing/until.ts'
import { bytesIn } from './blob-store.conformance.ts'
import { fetchBlob } from './fetch-blob.ts'
import { openMemoryStore } from './open-store.ts'
import { serveBlobs } from './serve-blobs.ts'

const { blobPieceBytesMax } = limits
const plenty = 1_000_000_000
const large = bytesOf(8 * blobPieceBytesMax + 5_000)

/** Ana, connected to these, each of whom has the blobs. */
async function networkWith(
  sources: readonly Signer[],
  blobs: readonly Uint8Array[],
  shape?: 'whole',
  reading: (source: PeerId) => Promise<void> = async () => undefined,
) {
  const [mesh, ...others] = await openHosts([ana, ...sources])
  const stores = []
  let cids = blobs.map((bytes) => cidOf('raw', bytes))
  for (const other of others) {
    const store = await openMemoryStore(plenty)
    cids = await Promise.all(blobs.map((bytes) => store.put([bytes], shape ? { shape } : {})))
    await serveBlobs(other.streams, {
      ...store,
      async *read(cid, options) {
        await reading(other.peerId)
        yield* store.read(cid, options)
      },
    })
    await join(mesh!, other)
    stores.push(store)
  }
  const store = await openMemoryStore(plenty)
  const ids = sources.map(({ peerId }) => peerId)
  return { mesh: mesh!, others, store, stores, cids, ids }
}

/** A source that has the blob, and gives something else in its place. */
async function lies(mesh: Mesh, blob: Uint8Array): Promise<void> {
  const honest = await openMemoryStore(plenty)
  const cid = await honest.put([blob])
  const manifest = (await honest.manifest(cid))!
  await mesh.streams.serve(blobProtocol, async (ask) => {
    const payload = ask.want === 'manifest' ? manifest.leaves! : new Uint8Array(ask.length)
    return { ok: true, value: { bytes: blob.length }, payload }
  })
}

describe('fetching a blob', () => {
  test.each([0, 5, 300_000])('of %i bytes brings it into the store', async (count) => {
    const { mesh, store, cids, ids } = await networkWith([ben], [bytesOf(count)])
    const came = await fetchBlob({ mesh, store }, cids[0]!, ids)
    expect([...came.values()]).toEqual(count === 0 ? [] : [count])
    expect((await bytesIn(store, cids[0]!, { isChecked: true })).equals(bytesOf(count))).toBe(true)
    expect(await fetchBlob({ mesh, store }, cids[0]!, [])).toEqual(new Map())
  })

  test('takes from all sources at once, and tells how far it is', async () => {
    // A piece for each lane of each source: none is asked for twice before one has come.
    const blob = bytesOf(12 * blobPieceBytesMax)
    const askedFor = new Set<PeerId>()
    const everybody = createSeen<PeerId>()
    const progress = createSeen<number>()
    // Nobody gives anything before everybody was asked, nor a second piece before each gave one.
    const reading = async (source: PeerId) => {
      const isAgain = askedFor.has(source)
      askedFor.add(source)
      if (!isAgain) everybody.add(source)
      await (isAgain ? progress : everybody).count(3)
    }
    const sources = [ben, eve, signerOf(4)]
    const { mesh, store, cids, ids } = await networkWith(sources, [blob], undefined, reading)
    const onProgress = ({ bytes }: { bytes: number }) => progress.add(bytes)
    const came = await fetchBlob({ mesh, store }, cids[0]!, ids, { onProgress })
    expect([...came.keys()].sort()).toEqual([...ids].sort())
    expect([...came.values()].reduce((sum, count) => sum + count, 0)).toBe(blob.length)
    expect(progress.all.at(-1)).toBe(blob.length)
    expect((await bytesIn(store, cids[0]!, { isChecked: true })).equals(blob)).toBe(true)
  })

  test('drops a source that sends what is wrong, and has the rest from others', async () => {
    const { mesh, store, cids, ids, others } = await networkWith([ben], [large])
    const [liar] = await openHosts([eve])
    await lies(liar!, large)
    await join(mesh, liar!)
    const came = await fetchBlob({ mesh, store }, cids[0]!, [eve.peerId, ...ids])
    expect([...came]).toEqual([[ben.peerId, large.length]])
    expect(mesh.peers.conductOf(eve.peerId)).toBeLessThan(-40)
    expect(mesh.peers.conductOf(ben.peerId)).toBe(0)
    expect(others).toHaveLength(1)
    expect((await bytesIn(store, cids[0]!, { isChecked: true })).equals(large)).toBe(true)
  })

  test('finds out, of a blob without leaves, which source was wrong', async () => {
    const { mesh, store, cids, ids } = await networkWith([ben], [large], 'whole')
    const [liar] = await openHosts([eve])
    await liar!.streams.serve(blobProtocol, async (ask) => ({
      ok: true,
      value: { bytes: large.length },
      payload: new Uint8Array(ask.want === 'piece' ? ask.length : 0),
    }))
    await join(mesh, liar!)
    await fetchBlob({ mesh, store }, cids[0]!, [eve.peerId, ...ids])
    expect((await bytesIn(store, cids[0]!, { isChecked: true })).equals(large)).toBe(true)
    expect(mesh.peers.conductOf(eve.peerId)).toBeLessThan(-40)
    expect(mesh.peers.conductOf(ben.peerId)).toBe(0)
  })

  test('does not wait for a source that stalls when another can do its part', async () => {
    const { mesh, store, cids, ids } = await networkWith([ben], [large])
    const [staller] = await openHosts([eve])
    await staller!.streams.serve(blobProtocol, () => new Promise(() => undefined))
    await join(mesh, staller!)
    const came = await fetchBlob({ mesh, store }, cids[0]!, [eve.peerId, ...ids])
    expect([...came]).toEqual([[ben.peerId, large.length]])
  })

  test('goes on, with other sources, from what came before', async () => {
    const { mesh, store, cids, ids, stores } = await networkWith([ben], [large])
    const cid = cids[0]!
    const [half] = await openHosts([eve])
    await half!.streams.serve(blobProtocol, async (ask) => {
      if (ask.want === 'manifest') {
        const { bytes, leaves } = (await stores[0]!.manifest(cid))!
        return { ok: true, value: { bytes }, payload: leaves! }
      }
      if (ask.offset >= 4 * blobPieceBytesMax) return refuse('NOT_FOUND', 'no more of it here')
      const payload = large.subarray(ask.offset, ask.offset + ask.length)
      return { ok: true, value: { bytes: large.length }, payload }
    })
    await join(mesh, half!)
    const first = fetchBlob({ mesh, store }, cid, [eve.peerId])
    await expect(first).rejects.toMatchObject({ code: 'BLOB_UNAVAILABLE' })
    const came = await fetchBlob({ mesh, store }, cid, ids)
    expect(came.get(ben.peerId)).toBeLessThanOrEqual(large.length - 2 * blobPieceBytesMax)
    expect((await bytesIn(store, cid, { isChecked: true })).equals(large)).toBe(true)
  })

  test('fails with the reason: nobody has it, it is too large, there is no room', async () => {
    const { mesh, store, cids, ids } = await networkWith([ben], [large])
    const unknown = cidOf('raw', bytesOf(9))
    const failed = await fetchBlob({ mesh, store }, unknown, [...ids, eve.peerId]).catch((e) => e)
    expect(failed).toMatchObject({ code: 'BLOB_UNAVAILABLE' })
    expect(Object.values(failed.details.reasons).join()).toMatch(/^NOT_FOUND.*PEER_UNREACHABLE/)
    const cid = cids[0]!
    const bounded = fetchBlob({ mesh, store }, cid, ids, { bytesMax: large.length - 1 })
    await expect(bounded).rejects.toMatchObject({ code: 'TOO_LARGE' })
    const narrow = await openMemoryStore(1_000)
    await expect(fetchBlob({ mesh, store: narrow }, cid, ids)).rejects.toMatchObject({
      code: 'STORE_FULL',
    })
  })

  test('ends when it is not wanted any more', async () => {
    const { mesh, store, cids, ids } = await networkWith([ben], [large])
    const controller = new AbortController()
    const onProgress = () => controller.abort(new Error('changed my mind'))
    const { signal } = controller
    const fetched = fetchBlob({ mesh, store }, cids[0]!, ids, { signal, onProgress })
    await expect(fetched).rejects.toThrow('changed my mind')
    expect(store.usage()).toMatchObject({ blobs: 0, bytes: 0 })
    await fetchBlob({ mesh, store }, cids[0]!, ids)
    expect(store.usage().blobs).toBe(1)
  })
})

describe('serving blobs', () => {
  test('gives nothing to who may not have it, and nothing beyond a blob', async () => {
    const [one, other] = await openHosts([ana, ben])
    const store = await openMemoryStore(plenty)
    const open = await store.put([bytesOf(1_000)])
    const closed = await store.put([bytesOf(1_000, 1)])
    await serveBlobs(other!.streams, store, (_, cid) => cid !== closed)
    await join(one!, other!)
    const ask = (cid: typeof open, offset: number) =>
      one!.streams.ask(ben.peerId, blobProtocol, { want: 'piece', cid, offset, length: 500 })
    const half = await ask(open, 500)
    expect(half).toMatchObject(pass({ bytes: 1_000 }))
    expect(
      bytesOf(1_000)
        .subarray(500)
        .equals(half.ok ? half.payload : Buffer.of()),
    ).toBe(true)
    expect(await ask(open, 501)).toMatchObject({ ok: false, code: 'INVALID' })
    expect(await ask(closed, 0)).toMatchObject({ ok: false, code: 'NOT_FOUND' })
  })
})
