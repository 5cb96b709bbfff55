import { expect, test } from 'vitest'
import { health, serve, serveBody } from '../../testing/coordinator.ts'
import { placeOf, reachOf } from './place.ts'
import { createResolve } from './resolve.ts'

const peerId = '12D3KooWAGAmNRkdeLrJjW4RR3EDvsF3HCSmDRq9BSZEb2bijJcN'
const resolve = createResolve(() => Date.now())
const { signal } = new AbortController()

test.each([
  ['http://127.0.0.1:8420', 'loopback'],
  ['http://[::1]:8420', 'loopback'],
  ['http://localhost:8420/', 'loopback'],
  ['/ip4/127.0.0.1/tcp/8422/p2p/x', 'loopback'],
  ['http://192.168.1.4:8420', 'lan'],
  ['http://172.20.0.2', 'lan'],
  ['http://nas.local', 'lan'],
  ['http://nas', 'lan'],
  ['/ip6/fd12:3456::1/tcp/8422/p2p/x', 'lan'],
  ['http://172.32.0.2', 'internet'],
  ['https://vcp.example', 'internet'],
  ['/dns4/vcp.example/tcp/8422/p2p/x', 'internet'],
  ['/ip6/2001:db8::1/tcp/8422/p2p/x', 'internet'],
])('a coordinator at %s is as far away as %s', (text, reach) => {
  expect(reachOf([placeOf(text)])).toBe(reach)
  expect(reachOf([placeOf('http://127.0.0.1:8420'), placeOf(text)])).toBe(reach)
})

test('the peer behind a URL is asked for, the address that is likeliest first', async () => {
  const far = `/ip4/192.0.2.1/tcp/8422/p2p/${peerId}`
  const near = `/ip4/127.0.0.1/tcp/8422/p2p/${peerId}`
  const mesh = { peer_id: peerId, addresses: [far, near] }
  const url = await serveBody(JSON.stringify({ ...health, mesh }))
  const found = await resolve(placeOf(url), signal)
  expect(found.addresses).toEqual([near, far])
  expect(Math.abs(found.aheadMs ?? 99_999)).toBeLessThan(5_000)
  expect(await resolve(placeOf(near), signal)).toEqual({ addresses: [near], aheadMs: null })
})

test.each([
  ['keeps no mesh', JSON.stringify({ ...health, mesh: null }), 'COORDINATOR_UNREACHABLE'],
  ['is none', '<html>', 'COORDINATOR_MISBEHAVED'],
  ['is of another form', '{}', 'COORDINATOR_MISBEHAVED'],
])('a coordinator that %s takes no nodes', async (_, body, code) => {
  const url = await serveBody(body)
  await expect(resolve(placeOf(url), signal)).rejects.toMatchObject({ code })
})

test('a coordinator that does not answer is unreachable', async () => {
  const url = await serve((request) => request.socket.destroy())
  await expect(resolve(placeOf(url), signal)).rejects.toMatchObject({
    code: 'COORDINATOR_UNREACHABLE',
  })
})
