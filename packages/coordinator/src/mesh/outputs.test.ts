import { type BlobStore, openMemoryStore, serveBlobs } from '@vcp/mesh'
import { blobProtocol, cidOf, type Receipt, VcpError } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { receiptOf, taskIdOf, wasmTask } from '../core/testing/samples.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { createMemoryNetwork } from '../testing/memory-network.ts'
import { signedNode } from '../testing/signed-node.ts'
import { createOutputs } from './outputs.ts'

const nobody = { isNode: () => false, isCoordinator: () => false, log: {} as never }

async function taking(bytesMax = 1_000_000) {
  const network = createMemoryNetwork()
  const [hub, ana, ben] = [1, 2, 3].map((byte) => network.join(signedNode(byte).signer, nobody))
  for (const { peerId } of [ana!, ben!]) network.connect(hub!.peerId, peerId)
  const clock = manualClock()
  const store = await openMemoryStore(10_000_000)
  const stop = new AbortController()
  const outputs = createOutputs({ mesh: hub!, store, bytesMax, clock, signal: stop.signal })
  return { hub: hub!, ana: ana!, ben: ben!, clock, store, stop, outputs }
}

function receiptFor(output: string): Receipt {
  return receiptOf(wasmTask(), { taskId: taskIdOf(1), epoch: 1 }, output)
}

async function storeWith(text: string): Promise<BlobStore> {
  const store = await openMemoryStore(10_000_000)
  await store.put([Buffer.from(text)], { shape: 'whole' })
  return store
}

describe('an output', () => {
  test('that two nodes bring at once is kept once', async () => {
    const { ana, ben, store, outputs } = await taking()
    const receipt = receiptFor('the same')
    const taken = await Promise.all(
      [ana, ben].map(({ peerId }) => outputs.take(peerId, receipt, Buffer.from('the same'))),
    )
    expect(taken).toEqual([
      { ok: true, value: null },
      { ok: true, value: null },
    ])
    expect(store.usage().blobs).toBe(1)
  })

  test('that is here already is asked of nobody', async () => {
    const { ana, store, outputs } = await taking()
    await store.put([Buffer.from('known')], { shape: 'whole' })
    expect(await outputs.take(ana.peerId, receiptFor('known'), null)).toMatchObject({ ok: true })
  })

  test('that is slow to come is waited for elsewhere than in its report', async () => {
    const { ana, clock, store, outputs } = await taking()
    const text = 'x'.repeat(300_000)
    const coming = Promise.withResolvers<void>()
    const source = await storeWith(text)
    const { streams } = ana
    const slow = { ...streams, serve: streams.serve }
    await serveBlobs(
      {
        ...slow,
        serve: (protocol, handler) =>
          streams.serve(protocol, async (ask, from) => {
            await coming.promise
            return handler(ask, from)
          }),
      },
      source,
    )
    const receipt = receiptFor(text)
    const first = outputs.take(ana.peerId, receipt, null)
    clock.advance(5_000)
    expect(await first).toMatchObject({ code: 'OVERLOADED' })
    const second = outputs.take(ana.peerId, receipt, null)
    coming.resolve()
    expect(await second).toMatchObject({ ok: true })
    expect(store.bytesOf(cidOf('raw', Buffer.from(text)))).toBe(300_000)
  })

  test('that one node does not have is had from the other', async () => {
    const { ana, ben, outputs } = await taking()
    const text = 'x'.repeat(300_000)
    await serveBlobs(ana.streams, await openMemoryStore(1))
    await serveBlobs(ben.streams, await storeWith(text))
    const receipt = receiptFor(text)
    const [one, other] = await Promise.all([
      outputs.take(ana.peerId, receipt, null),
      outputs.take(ben.peerId, receipt, null),
    ])
    expect(one).toMatchObject({ code: 'BLOB_UNAVAILABLE' })
    expect(other).toMatchObject({ ok: true })
  })

  test('that a node swaps for another costs it its name', async () => {
    const { hub, ana, store, outputs } = await taking()
    const swapped = Buffer.from('y'.repeat(300_000))
    await ana.streams.serve(blobProtocol, async (ask) => {
      const payload = ask.want === 'manifest' ? Buffer.of() : swapped
      return { ok: true, value: { bytes: swapped.length }, payload }
    })
    const taken = await outputs.take(ana.peerId, receiptFor('x'.repeat(300_000)), null)
    expect(taken).toMatchObject({ code: 'BLOB_UNAVAILABLE' })
    expect(hub.peers.conductOf(ana.peerId)).toBeLessThan(-40)
    expect(store.usage().blobs).toBe(0)
  })

  test('is not waited for when the coordinator stops', async () => {
    const { ana, stop, outputs } = await taking()
    await ana.streams.serve(blobProtocol, () => new Promise(() => undefined))
    const taken = outputs.take(ana.peerId, receiptFor('x'), null)
    stop.abort(new VcpError('COORDINATOR_STOPPING'))
    expect(await taken).toMatchObject({ code: 'COORDINATOR_STOPPING' })
  })
})
