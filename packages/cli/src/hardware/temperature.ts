// The temperature of the processor. On Linux from the kernel's own sensors: systeminformation falls
// back to the first thermal zone, whatever it measures, and reports that as the processor.
import type { Temperature } from './hardware.ts'
import { listKernelFolder, readKernelFile } from './kernel-files.ts'
import { field, numberIn, positive } from './plausible.ts'

export interface Sensor {
  /** The driver, such as `coretemp`, or the type of a thermal zone, such as `x86_pkg_temp`. */
  readonly name: string
  readonly label: string | null
  readonly milliC: number | null
}

export interface RawTemperature {
  readonly platform: string
  /** Of systeminformation's `cpuTemperature()`; null on Linux. */
  readonly answer: unknown
  /** Linux only. */
  readonly sensors: readonly Sensor[]
}

export async function readTemperature(): Promise<RawTemperature> {
  const { platform } = process
  if (platform === 'linux') return { platform, answer: null, sensors: await readSensors('/sys') }
  const { cpuTemperature } = await import('systeminformation')
  return { platform, answer: await cpuTemperature(), sensors: [] }
}

export interface TemperatureReading {
  readonly temperature: Temperature
  readonly note: string | null
}

export function temperatureFrom({ platform, answer, sensors }: RawTemperature): TemperatureReading {
  if (platform === 'linux') return fromSensors(sensors)
  if (platform === 'win32') {
    // WMI knows only the firmware's thermal zones, which may be anywhere and often never change.
    return unread('temperature: Windows offers no sensor that is known to be the processor')
  }
  const celsius = positive(field(answer, 'main'), hottestC)
  if (celsius === null) return unread(`temperature: no sensor of the processor answers`)
  return { temperature: { cpu_c: celsius, source: 'systeminformation' }, note: null }
}

/** Every temperature that the kernel offers; `root` is /sys. */
export async function readSensors(root: string): Promise<readonly Sensor[]> {
  const chips = `${root}/class/hwmon`
  const zones = `${root}/class/thermal`
  const found: Sensor[] = []
  for (const chip of (await listKernelFolder(chips)) ?? []) {
    const name = (await readKernelFile(`${chips}/${chip}/name`)) ?? 'unknown'
    for (const file of (await listKernelFolder(`${chips}/${chip}`)) ?? []) {
      if (!/^temp\d+_input$/.test(file)) continue
      const path = `${chips}/${chip}/${file}`
      const label = await readKernelFile(path.replace(/_input$/, '_label'))
      found.push({ name, label, milliC: numberIn(await readKernelFile(path)) })
    }
  }
  for (const zone of (await listKernelFolder(zones)) ?? []) {
    if (!zone.startsWith('thermal_zone')) continue
    const name = (await readKernelFile(`${zones}/${zone}/type`)) ?? 'unknown'
    const milliC = numberIn(await readKernelFile(`${zones}/${zone}/temp`))
    found.push({ name, label: null, milliC })
  }
  return found
}

const hottestC = 150

/** Drivers and zones that measure the processor and nothing else. */
const processorSensor = /^(coretemp|k8temp|k10temp|zenpower|via_cputemp|x86_pkg_temp)$|^(cpu|soc)/i

function fromSensors(sensors: readonly Sensor[]): TemperatureReading {
  const ours = sensors.filter(({ name }) => processorSensor.test(name))
  // Tctl is for the fan, on some models 27 degrees above Tdie, which is the truth where given.
  const hasTdie = ours.some(({ label }) => label === 'Tdie')
  let temperature: Temperature = { cpu_c: null, source: null }
  for (const { name, label, milliC } of ours) {
    if (hasTdie && label === 'Tctl') continue
    const celsius = positive(milliC === null ? null : Math.round(milliC / 100) / 10, hottestC)
    if (celsius === null || celsius <= (temperature.cpu_c ?? 0)) continue
    temperature = { cpu_c: celsius, source: label === null ? name : `${name} ${label}` }
  }
  if (temperature.cpu_c !== null) return { temperature, note: null }
  if (sensors.length === 0) return unread('temperature: this machine offers no sensors')
  const names = [...new Set(sensors.map(({ name }) => name))].join(', ')
  return ours.length === 0
    ? unread(`temperature: no sensor measures the processor; there are ${names}`)
    : unread(`temperature: the sensors give no plausible value: ${names}`)
}

function unread(note: string): TemperatureReading {
  return { temperature: { cpu_c: null, source: null }, note }
}
