import { describe, expect, test } from 'vitest'
import { virtualMachine } from '../testing/recordings.ts'
import { capabilitiesOf } from './capabilities.ts'
import { hardwareFrom } from './detect.ts'
import type { Gpu, Hardware } from './hardware.ts'

const machine = hardwareFrom(virtualMachine, 0)
const gpu: Gpu = { model: null, vendor: 'NVIDIA', vram_bytes: null, driver: null }

function withGpus(gpus: Hardware['gpus']): boolean | null {
  return capabilitiesOf({ ...machine, gpus }).gpu_available
}

describe('the capabilities of a machine', () => {
  test('are what was read, rounded down, and no bandwidth', () => {
    expect(capabilitiesOf(machine)).toEqual({
      bandwidth_mbps: null,
      cpu_cores: 2,
      memory_gb: 23.5,
      gpu_available: false,
      disk_free_gb: 78.9,
    })
  })

  test('are limited by the cgroup', () => {
    const cpu = { ...machine.cpu, cores_logical: 64, available: 3 }
    const memory = { ...machine.memory, limit_bytes: 2 * 2 ** 30 }
    expect(capabilitiesOf({ ...machine, cpu, memory })).toMatchObject({
      cpu_cores: 3,
      memory_gb: 2,
    })
  })

  test('hold a GPU where its maker makes some that calculate', () => {
    expect(withGpus([gpu])).toBe(true)
    expect(withGpus([{ ...gpu, vendor: 'ASPEED' }])).toBe(false)
    expect(withGpus([{ ...gpu, vendor: null }])).toBe(false)
  })

  test('are null, not zero and not false, where nothing was read', () => {
    const nothing = hardwareFrom(
      {
        cpu: null,
        memory: null,
        gpus: null,
        temperature: null,
        battery: null,
        disk: null,
        network: null,
        system: null,
      },
      null,
    )
    expect(Object.values(capabilitiesOf(nothing))).toEqual([null, null, null, null, null])
  })
})
