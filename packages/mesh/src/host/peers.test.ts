import { describe, expect, test } from 'vitest'
import { openHosts } from '../testing/hosts.ts'
import { signerOf } from '../testing/keys.ts'

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
