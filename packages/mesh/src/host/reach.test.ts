import { describe, expect, test } from 'vitest'
import { reachOf } from './reach.ts'

const inside = '/ip4/192.168.1.7/tcp/8421'
const outside = '/ip4/1.2.3.4/tcp/8421'
const relay = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const relayed = `/ip4/5.6.7.8/tcp/8422/p2p/${relay}/p2p-circuit`
const nothing = { addresses: [inside], observed: [], ownIps: ['192.168.1.7'] }

describe('whether a host can be reached', () => {
  test('is yes where a public address of its own was confirmed', () => {
    expect(reachOf({ ...nothing, addresses: [inside, outside] })).toBe('public')
    expect(reachOf({ ...nothing, addresses: ['/ip6/2606:4700::1/tcp/1'] })).toBe('public')
  })

  test('is not by itself where peers see it by an address that this machine has not', () => {
    expect(reachOf({ ...nothing, observed: [inside, outside] })).toBe('private')
    expect(reachOf({ ...nothing, addresses: [inside, relayed], observed: [outside] })).toBe(
      'private',
    )
  })

  test('is unknown where nobody outside has said, or an address of its own is unconfirmed', () => {
    expect(reachOf(nothing)).toBe('unknown')
    expect(reachOf({ ...nothing, addresses: [inside, relayed] })).toBe('unknown')
    expect(reachOf({ ...nothing, observed: ['/ip4/127.0.0.1/tcp/9'] })).toBe('unknown')
    expect(reachOf({ ...nothing, observed: [relayed] })).toBe('unknown')
    const own = ['192.168.1.7', '1.2.3.4']
    expect(reachOf({ ...nothing, observed: [outside], ownIps: own })).toBe('unknown')
  })
})
