import { describe, expect, test } from 'vitest'
import { kernelTree } from '../testing/kernel-tree.ts'
import { virtualMachine } from '../testing/recordings.ts'
import { networkFrom, readDevices } from './network.ts'

function only(platform: string, item: object) {
  const card = { iface: 'x0', internal: false, virtual: false, operstate: 'up', type: 'wired' }
  const answer = [{ ...card, speed: 1_000, ...item }]
  return networkFrom({ platform, answer, devices: null })?.[0]
}

describe('the network', () => {
  test('of the recorded machine is one card whose speed nobody knows', () => {
    expect(networkFrom(virtualMachine.network)).toEqual([
      { name: 'eth0', type: 'wired', speed_mbps: null, up: true },
    ])
  })

  test.each([null, 0, -1, Number.NaN, 9_223_372_036_854.775])(
    'does not run at %s Mbit/s',
    (speed) => {
      expect(only('win32', { speed })?.speed_mbps).toBeNull()
    },
  )

  test('keeps the speed that a card tells', () => {
    expect(only('win32', {})).toEqual({ name: 'x0', type: 'wired', speed_mbps: 1_000, up: true })
  })

  test('has no speed while it is down, nor where a driver made one up', () => {
    expect(only('win32', { operstate: 'down' })).toMatchObject({ speed_mbps: null, up: false })
    expect(only('win32', { virtual: true })).toMatchObject({ speed_mbps: null, type: 'virtual' })
  })

  test.each([
    ['linux', { type: 'unknown' }],
    ['win32', { type: '' }],
    ['darwin', { type: 'wired', speed: null }],
  ])('on %s keeps a type unknown that was not read', (platform, item) => {
    expect(only(platform, item)?.type).toBeNull()
  })

  test('keeps a state unknown that was not read', () => {
    expect(only('linux', { operstate: 'unknown' })?.up).toBeNull()
  })

  test('goes by the kernel where it tells cards, radios and bridges apart', async () => {
    const devices = await readDevices(
      kernelTree({
        'class/net/eth0/device/vendor': '0x8086',
        'class/net/wlan0/device/vendor': '0x8086',
        'class/net/wlan0/phy80211/index': '0',
        'class/net/br0/bridge/bridge_id': '8000',
      }),
    )
    const item = { internal: false, virtual: false, operstate: 'up', type: 'wired', speed: 10_000 }
    const answer = ['eth0', 'wlan0', 'br0'].map((iface) => ({ ...item, iface }))
    expect(networkFrom({ platform: 'linux', answer, devices })).toMatchObject([
      { name: 'eth0', type: 'wired', speed_mbps: 10_000 },
      { name: 'wlan0', type: 'wireless' },
      { name: 'br0', type: 'virtual', speed_mbps: null },
    ])
  })

  test('is unknown where there is no list', () => {
    expect(networkFrom({ platform: 'linux', answer: null, devices: {} })).toBeNull()
  })
})
