import { cpus } from 'node:os'
import { describe, expect, test } from 'vitest'
import { nothingRead, virtualMachine } from '../testing/recordings.ts'
import { cpuFrom, quotaCores, type RawCpu, readCpu } from './cpu.ts'

const recorded = virtualMachine.cpu

function given(answer: object, more: Partial<RawCpu> = {}): RawCpu {
  return { ...recorded, cpuinfo: null, quotas: [], ...more, answer }
}

describe('a processor', () => {
  test('of the recorded machine is read whole', () => {
    expect(cpuFrom(recorded)).toEqual({
      model: 'AMD EPYC',
      architecture: 'x64',
      cores_physical: 2,
      cores_logical: 2,
      available: 2,
      speed_ghz: 2.6,
    })
  })

  test('of which no tool told anything has no model and no physical cores', () => {
    const raw = given(nothingRead.cpu, { processors: [{ model: 'unknown', speedMhz: 0 }] })
    expect(cpuFrom(raw)).toMatchObject({
      model: null,
      cores_physical: null,
      cores_logical: 8,
      speed_ghz: null,
    })
  })

  test('keeps the physical cores unknown where lscpu is missing, though a name is known', () => {
    // Then systeminformation has the name from Node, and repeats the logical cores as physical.
    const raw = given({
      manufacturer: 'AMD',
      brand: 'EPYC',
      vendor: '',
      cores: 8,
      physicalCores: 8,
    })
    expect(cpuFrom(raw).cores_physical).toBeNull()
  })

  test.each([0, -2, 2.5, 16, Number.NaN, '4', null])(
    'cannot have %s physical cores of 8 threads',
    (physicalCores) => {
      const raw = given({ vendor: 'Intel', brand: 'Core', cores: 8, physicalCores })
      expect(cpuFrom(raw).cores_physical).toBeNull()
    },
  )

  test('whose maker is not known keeps its name once', () => {
    const raw = given({ manufacturer: 'Ampere Altra', brand: 'Altra' })
    expect(cpuFrom(raw).model).toBe('Ampere Altra')
  })

  test('takes its speed from its name before anything else', () => {
    const model = 'Intel(R) Xeon(R) CPU @ 2.20GHz'
    expect(cpuFrom(given({}, { processors: [{ model, speedMhz: 3_100 }] })).speed_ghz).toBe(2.2)
  })

  test('of Apple has no speed: what libuv and systeminformation say is a constant', () => {
    const apple = { platform: 'darwin', architecture: 'arm64' }
    const processors = [{ model: 'Apple M2', speedMhz: 2_400 }]
    const answer = { manufacturer: 'Apple', brand: 'M2', speed: 2.4, cores: 8, physicalCores: 8 }
    expect(cpuFrom(given(answer, { ...apple, processors }))).toMatchObject({
      model: 'Apple M2',
      cores_physical: 8,
      speed_ghz: null,
    })
  })

  test('offers no more cores than the tightest quota allows', () => {
    const quotas = ['max 100000', '350000 100000', '150000 100000']
    expect(cpuFrom(given({}, { parallelism: 8, quotas })).available).toBe(1)
    expect(cpuFrom(given({}, { parallelism: 8, quotas: ['max 100000'] })).available).toBe(8)
  })

  test.each([
    ['max 100000', null],
    ['-1 100000', null],
    ['200000 100000', 2],
    ['50000 100000', 1],
    ['0 100000', null],
    ['', null],
    ['200000 0', null],
  ])('with the quota "%s" may use %s cores', (text, cores) => {
    expect(quotaCores(text)).toBe(cores)
  })

  test('of this machine has as many threads as the kernel counts', async () => {
    expect(cpuFrom(await readCpu()).cores_logical).toBe(cpus().length)
  })
})
