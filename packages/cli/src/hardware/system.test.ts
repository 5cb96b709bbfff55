import { describe, expect, test } from 'vitest'
import { nothingRead, virtualMachine } from '../testing/recordings.ts'
import { operatingSystemFrom, type RawSystem, virtualFrom } from './system.ts'

const recorded = virtualMachine.system
const bare: RawSystem = { ...recorded, marks: [], cgroups: '0::/init.scope', flags: 'fpu vme svm' }

describe('the operating system', () => {
  test('of the recorded machine is read whole', () => {
    expect(operatingSystemFrom(recorded)).toEqual({
      platform: 'linux',
      distro: 'Debian GNU/Linux',
      release: '12',
      kernel: '6.18.44',
    })
  })

  test('without a release file has no name', () => {
    expect(operatingSystemFrom({ ...recorded, os: nothingRead.osInfo })).toMatchObject({
      distro: null,
      release: null,
    })
  })
})

describe('whether a machine is virtual', () => {
  test('is told by the processor', () => {
    expect(virtualFrom({ ...bare, flags: 'fpu vme hypervisor' })).toBe(true)
    expect(virtualFrom(bare)).toBe(false)
  })

  test('is told by the marks of a container on bare metal', () => {
    expect(virtualFrom({ ...bare, marks: ['/run/.containerenv'] })).toBe(true)
    expect(virtualFrom({ ...bare, cgroups: '0::/kubepods/besteffort/pod1' })).toBe(true)
  })

  test('is unknown on ARM, where no flag tells', () => {
    expect(virtualFrom({ ...bare, architecture: 'arm64', flags: null })).toBeNull()
  })

  test('is not denied elsewhere only because systeminformation knows no such maker', () => {
    const elsewhere = { ...bare, platform: 'win32', flags: null, cgroups: null }
    expect(virtualFrom({ ...elsewhere, answer: nothingRead.system })).toBeNull()
    expect(virtualFrom({ ...elsewhere, answer: { virtual: true } })).toBe(true)
  })
})
