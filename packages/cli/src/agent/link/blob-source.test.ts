import { openMemoryStore, serveBlobs } from '@vcp/mesh'
import { describe, expect, test } from 'vitest'
import { createBlobSource } from './blob-source.ts'
import { createMemoryNetwork, scriptedCoordinator } from './testing/coordinator.ts'
import { first, linked, placesOf } from './testing/linked.ts'

describe('a blob', () => {
  test('comes from the coordinator, over the loss of it on the way', async () => {
    const network = createMemoryNetwork()
    const coordinator = await scriptedCoordinator(network, first)
    const theirs = await openMemoryStore(1e9)
    const bytes = Buffer.alloc(3_000_000, 7)
    const cid = await theirs.put([bytes])
    const { link, mesh, timers, toldOf } = await linked(network, placesOf(coordinator))
    let asked = 0
    await serveBlobs(coordinator.host.mesh.streams, theirs, () => {
      asked += 1
      if (asked === 2) coordinator.host.isUp = false
      return coordinator.host.isUp
    })
    const store = await openMemoryStore(1e9)
    const source = createBlobSource({ mesh, store, link, timers: { nowMs: () => Date.now() } })
    const wanted = { bytesMax: 1e9, signal: new AbortController().signal, onProgress() {} }
    await toldOf('joined')
    const fetched = source.fetch(cid, wanted)
    await timers.until(() => toldOf('parted'))
    coordinator.host.isUp = true
    await timers.until(() => fetched)
    expect(await store.manifest(cid)).toMatchObject({ bytes: bytes.length })
  })
})
