import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { assignProtocol, pass, type TaskId } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openMesh } from './mesh.ts'
import { join, openHosts } from './testing/hosts.ts'
import { ana, ben, eve } from './testing/keys.ts'
import { rosterOf } from './testing/roster.ts'
import { createSeen } from './testing/until.ts'

const roster = rosterOf([ana, ben])
const reveal = {
  ask: 'reveal',
  task_id: '019f0000-0000-7000-8000-000000000001' as TaskId,
  lease_epoch: 1,
} as const

describe('a mesh', () => {
  test('is reached at the addresses it names, over TCP and WebSocket', async () => {
    const listen = ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws']
    const [one, other] = await openHosts([ana, ben], { listen })
    expect(other!.peers.addresses()).toHaveLength(2)
    for (const address of other!.peers.addresses()) {
      expect(await one!.peers.connect(address)).toBe(ben.peerId)
      expect(one!.peers.connected()).toEqual([ben.peerId])
      const shown = { peerId: ben.peerId, address, isOurs: true, isRelayed: false }
      expect(one!.peers.connections()).toMatchObject([shown])
      expect(await one!.peers.ping(ben.peerId)).toBeGreaterThan(0)
      expect(other!.peers.connections()).toMatchObject([{ peerId: ana.peerId, isOurs: false }])
      await one!.peers.disconnect(ben.peerId)
    }
  })

  test('comes back to the peers it keeps, when they do', async () => {
    const [target] = await openHosts([ben])
    const address = target!.peers.addresses()[0]!
    const [one] = await openHosts([ana])
    const changes = createSeen<boolean>()
    one!.peers.onChange(({ isConnected }) => changes.add(isConnected))
    one!.peers.keep(address)
    await changes.count(1)
    await target!.stop()
    await changes.count(2)
    await openHosts([ben], { listen: [address.replace(/\/p2p\/.*/, '')] })
    expect(await changes.count(3)).toEqual([true, false, true])
  })

  test('reaches a peer that listens nowhere, through a relay', async () => {
    const [relay] = await openHosts([eve], { relay: true })
    const through = `${relay!.peers.addresses()[0]}/p2p-circuit`
    const [hidden] = await openHosts([ben], { listen: [through] })
    const [one] = await openHosts([ana])
    await hidden!.streams.serve(assignProtocol, async () => pass({ answered: 'noted' } as const))
    const addresses = hidden!.peers.addresses()
    expect(addresses).toEqual([`${through}/p2p/${ben.peerId}`])
    await one!.peers.connect(addresses[0]!)
    // Each on a stream of its own, none of which may dial a second time.
    const asks = [1, 2, 3].map(() => one!.streams.ask(ben.peerId, assignProtocol, reveal))
    for (const answer of await Promise.all(asks)) expect(answer).toMatchObject({ ok: true })
  })

  test('says why it cannot start', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const bound = server.address()
    const port = typeof bound === 'object' ? bound?.port : 0
    const options = { signer: ana, profile: 'loopback', roster } as const
    const listening = (address: string) => openMesh({ ...options, listen: [address] })
    await expect(listening(`/ip4/127.0.0.1/tcp/${port}`)).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
    })
    await expect(listening('/ip4/127.0.0.1/udp/0/quic-v1')).rejects.toMatchObject({
      code: 'TRANSPORT_MISSING',
    })
    await expect(listening('somewhere')).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    await expect(openMesh({ ...options, network: 'No/Name' })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
    })
    const bootstrap = ['/ip4/127.0.0.1/tcp/1']
    await expect(openMesh({ ...options, bootstrap })).rejects.toMatchObject({
      code: 'CONFIG_VALUE_INVALID',
    })
  })

  test('shares no question with a mesh of another network', async () => {
    const [one] = await openHosts([ana])
    const [other] = await openHosts([ben], { network: 'staging' })
    await other!.streams.serve(assignProtocol, async () => pass({ answered: 'noted' } as const))
    await join(one!, other!)
    await expect(one!.streams.ask(ben.peerId, assignProtocol, reveal)).rejects.toMatchObject({
      code: 'PEER_UNREACHABLE',
    })
  })
})

test('the door loads nothing of libp2p before a mesh is opened', () => {
  const door = fileURLToPath(new URL('./index.ts', import.meta.url))
  const script = `
    const { registerHooks } = await import('node:module')
    const loaded = []
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
    await import(${JSON.stringify(door)})
    console.log(loaded.filter((url) => url.includes('libp2p')).length, loaded.length > 5)
  `
  const flags = ['--conditions=source', '--input-type=module', '--eval', script]
  expect(execFileSync(process.execPath, flags, { encoding: 'utf8' }).trim()).toBe('0 true')
})
