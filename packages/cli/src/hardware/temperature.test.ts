import { describe, expect, test } from 'vitest'
import { kernelTree } from '../testing/kernel-tree.ts'
import { nothingRead, virtualMachine } from '../testing/recordings.ts'
import { readSensors, temperatureFrom } from './temperature.ts'

const unread = { cpu_c: null, source: null }

async function linux(files: Readonly<Record<string, string | null>>) {
  const sensors = await readSensors(kernelTree(files))
  return temperatureFrom({ platform: 'linux', answer: null, sensors })
}

describe('the temperature', () => {
  test('of the recorded machine is unknown: it has no sensors', () => {
    const reading = temperatureFrom(virtualMachine.temperature)
    expect(reading.temperature).toEqual(unread)
    expect(reading.note).toBe('temperature: this machine offers no sensors')
  })

  test('is that of the hottest sensor in the processor', async () => {
    const { temperature, note } = await linux({
      'class/hwmon/hwmon0/name': 'nvme',
      'class/hwmon/hwmon0/temp1_input': '91000',
      'class/hwmon/hwmon1/name': 'coretemp',
      'class/hwmon/hwmon1/temp1_label': 'Package id 0',
      'class/hwmon/hwmon1/temp1_input': '61500',
      'class/hwmon/hwmon1/temp2_label': 'Core 0',
      'class/hwmon/hwmon1/temp2_input': '58000',
    })
    expect(temperature).toEqual({ cpu_c: 61.5, source: 'coretemp Package id 0' })
    expect(note).toBeNull()
  })

  test('goes by Tdie, not by the offset one for the fan', async () => {
    const { temperature } = await linux({
      'class/hwmon/hwmon0/name': 'k10temp',
      'class/hwmon/hwmon0/temp1_label': 'Tctl',
      'class/hwmon/hwmon0/temp1_input': '87000',
      'class/hwmon/hwmon0/temp2_label': 'Tdie',
      'class/hwmon/hwmon0/temp2_input': '60000',
    })
    expect(temperature).toEqual({ cpu_c: 60, source: 'k10temp Tdie' })
  })

  test('of a Raspberry Pi comes from its thermal zone', async () => {
    const { temperature } = await linux({
      'class/thermal/cooling_device0/type': 'fan',
      'class/thermal/thermal_zone0/type': 'cpu-thermal',
      'class/thermal/thermal_zone0/temp': '48312',
    })
    expect(temperature).toEqual({ cpu_c: 48.3, source: 'cpu-thermal' })
  })

  test('is unknown where the only sensor is the mainboard, whatever it reads', async () => {
    const { temperature, note } = await linux({
      'class/thermal/thermal_zone0/type': 'acpitz',
      'class/thermal/thermal_zone0/temp': '27800',
    })
    expect(temperature).toEqual(unread)
    expect(note).toBe('temperature: no sensor measures the processor; there are acpitz')
  })

  test.each(['0', '-273200', '255000', '', 'error', null])(
    'is unknown where the sensor says %j',
    async (content) => {
      const { temperature, note } = await linux({
        'class/hwmon/hwmon0/name': 'coretemp',
        'class/hwmon/hwmon0/temp1_input': content,
      })
      expect(temperature).toEqual(unread)
      expect(note).toContain('no plausible value')
    },
  )

  test('on Windows is unknown: the firmware zone there need not be the processor', () => {
    const answer = { main: 27.85, cores: [27.85], max: 27.85 }
    const reading = temperatureFrom({ platform: 'win32', answer, sensors: [] })
    expect(reading.temperature).toEqual(unread)
    expect(reading.note).toContain('Windows')
  })

  test.each([
    ['without a reader', nothingRead.cpuTemperature],
    ['of an Apple chip that the reader does not know', { main: 0, cores: [], max: 0 }],
    ['in an answer that is none', null],
  ])('on a Mac %s is unknown', (_, answer) => {
    expect(temperatureFrom({ platform: 'darwin', answer, sensors: [] }).temperature).toEqual(unread)
  })

  test('on a Mac with a reader is what that says', () => {
    const reading = temperatureFrom({ platform: 'darwin', answer: { main: 51.2 }, sensors: [] })
    expect(reading.temperature.cpu_c).toBe(51.2)
  })
})
