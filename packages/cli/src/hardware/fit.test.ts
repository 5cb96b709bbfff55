import { profiles, taskTypes } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { describeFits, fitsOf } from './fit.ts'

const laptop = {
  bandwidth_mbps: null,
  cpu_cores: 4,
  memory_gb: 16,
  gpu_available: false,
  disk_free_gb: 50,
}

describe('what the hardware is enough for', () => {
  test('is every type of task where the profile is open', () => {
    const fits = fitsOf(laptop, profiles.open)
    expect(fits?.map(({ taskType }) => taskType)).toEqual(taskTypes)
    expect(fits?.every(({ lacks }) => lacks.length === 0)).toBe(true)
    expect(describeFits(fits ?? [])).toBe(`for ${taskTypes.join(', ')}`)
  })

  test('is told with its numbers where the profile has a floor', () => {
    const measured = { ...laptop, bandwidth_mbps: 100 }
    const fits = fitsOf(measured, profiles.public) ?? []
    expect(describeFits(fits)).toBe(
      'for wasm_execution, computation, connect_only; not for federated_learning (bandwidth is ' +
        '100 Mbps, needs at least 500 Mbps, cores is 4, needs at least 8, memory is 16 GB, needs ' +
        'at least 32 GB), zk_proof (cores is 4, needs at least 8)',
    )
  })

  test('is nothing where bandwidth matters and was never measured', () => {
    expect(describeFits(fitsOf(laptop, profiles.public) ?? [])).toMatch(/^for no type of task; /)
  })

  test('is unknown where cores or memory are', () => {
    expect(fitsOf({ ...laptop, cpu_cores: null }, profiles.open)).toBeNull()
    expect(fitsOf({ ...laptop, memory_gb: null }, profiles.open)).toBeNull()
  })
})
