import { describe, expect, test } from 'vitest'
import { kernelTree } from '../testing/kernel-tree.ts'
import { nothingRead, virtualMachine } from '../testing/recordings.ts'
import { batteryFrom, readSupplies } from './battery.ts'

const none = { present: false, percent: null, on_mains: null }

async function linux(files: Readonly<Record<string, string | null>>) {
  return batteryFrom({
    platform: 'linux',
    answer: null,
    supplies: await readSupplies(kernelTree(files)),
  })
}

function laptop(status: string, online: string | null) {
  return {
    'class/power_supply/BATC/type': 'Battery',
    'class/power_supply/BATC/capacity': '76',
    'class/power_supply/BATC/status': status,
    'class/power_supply/ADP1/type': 'Mains',
    'class/power_supply/ADP1/online': online,
  }
}

describe('the battery', () => {
  test('of the recorded machine is not there', () => {
    expect(batteryFrom(virtualMachine.battery)).toEqual(none)
  })

  test('is unknown where the kernel keeps no list of supplies', async () => {
    expect(await linux({})).toBeNull()
  })

  test('is found under names that systeminformation does not look for', async () => {
    expect(await linux(laptop('Discharging', '0'))).toEqual({
      present: true,
      percent: 76,
      on_mains: false,
    })
    expect(await linux(laptop('Not charging', '1'))).toMatchObject({ on_mains: true })
    expect(await linux(laptop('Charging', null))).toMatchObject({ on_mains: true })
  })

  test('leaves the mains unknown where neither plug nor battery tells', async () => {
    expect(await linux(laptop('Unknown', null))).toMatchObject({ present: true, on_mains: null })
  })

  test.each(['0', '-1', '250', '', null])(
    'with a charge of %j has an unknown one',
    async (capacity) => {
      const files = { ...laptop('Discharging', '0'), 'class/power_supply/BATC/capacity': capacity }
      expect(await linux(files)).toMatchObject({ present: true, percent: null })
    },
  )

  test('of a mouse is none of the machine', async () => {
    const files = {
      'class/power_supply/hidpp_battery_0/type': 'Battery',
      'class/power_supply/hidpp_battery_0/scope': 'Device',
      'class/power_supply/hidpp_battery_0/capacity': '12',
    }
    expect(await linux(files)).toEqual(none)
  })

  test.each(['darwin', 'win32', 'freebsd'])(
    'on %s that could not be read says nothing about the mains',
    (platform) => {
      expect(batteryFrom({ platform, answer: nothingRead.battery, supplies: null })).toEqual(none)
    },
  )

  test.each([
    // Status 1 discharging, 2 on mains, 3 full, 4 low: the answer does not give the number.
    ['discharging', { percent: 60, acConnected: false }, false],
    ['on mains', { percent: 60, acConnected: true }, true],
    ['full, which comes as unplugged', { percent: 100, acConnected: false }, null],
    ['low, which comes as charging', { percent: 7, acConnected: true }, null],
  ])('on Windows that is %s', (_, state, onMains) => {
    const answer = { hasBattery: true, ...state }
    expect(batteryFrom({ platform: 'win32', answer, supplies: null })?.on_mains).toBe(onMains)
  })

  test('on BSD leaves the mains unknown: their sense is reversed there', () => {
    const answer = { hasBattery: true, percent: 50, acConnected: true }
    expect(batteryFrom({ platform: 'freebsd', answer, supplies: null })?.on_mains).toBeNull()
  })

  test('in an answer that is none is unknown', () => {
    expect(batteryFrom({ platform: 'darwin', answer: null, supplies: null })).toBeNull()
  })
})
