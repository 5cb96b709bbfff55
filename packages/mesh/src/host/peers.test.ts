import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { join, openHostile, openHosts } from '../testing/hosts.ts'
import { ben, eve, signerOf } from '../testing/keys.ts'

describe('two hosts with one key', () => {
  test('are told apart by their connections: the older one is cut off at once', async () => {
    const [hub, older] = await openHosts([signerOf(1), signerOf(2)])
    const [newer] = await openHosts([signerOf(2)])
    const left = Promise.withResolvers<number>()
    older!.peers.onChange(({ isConnected }) => {
      if (!isConnected) left.resolve(performance.now())
    })
    const [address] = hub!.peers.addresses()
    await older!.peers.connect(address!)
    await newer!.peers.connect(address!)
    await expect.poll(() => hub!.peers.connections()).toHaveLength(2)
    hub!.peers.disconnectOlder(newer!.peerId)
    await left.promise
    expect(hub!.peers.connections()).toHaveLength(1)
    expect(newer!.peers.connected()).toEqual([hub!.peerId])
    expect(older!.peers.connected()).toEqual([])
  })

  test('know nothing of their reach on loopback', async () => {
    const [one] = await openHosts([signerOf(3)])
    expect(one!.peers.reach()).toBe('unknown')
  })
})

describe('a ping', () => {
  test('may be under way while the host tries the connection itself', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const [one, other] = await openHosts([signerOf(1), ben])
    await join(one!, other!)
    const changes: unknown[] = []
    one!.peers.onChange((change) => changes.push(change))
    const ping = one!.peers.ping(ben.peerId)
    vi.advanceTimersByTime(60_000)
    expect(await ping).toEqual(expect.any(Number))
    await expect.poll(() => one!.peers.connections()[0]?.roundTripMs).toEqual(expect.any(Number))
    expect(changes).toEqual([])
  })

  test('that is never echoed comes to its end', async () => {
    const [one] = await openHosts([signerOf(1)])
    const silent = await openHostile(eve)
    const asked = Promise.withResolvers<void>()
    await silent.handle('/vcp/ping/1.0.0', () => asked.resolve(), { force: true })
    await one!.peers.connect(silent.getMultiaddrs()[0]!.toString())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const ping = one!.peers.ping(eve.peerId)
    ping.catch(() => {
      // Looked at below.
    })
    await asked.promise
    await vi.advanceTimersByTimeAsync(10_000)
    await expect(ping).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
  })
})
