// Hardware in words. What is not known says so.
import type { Gpu, Hardware } from './hardware.ts'

/** Lines of name and value. */
export function describeHardware(hardware: Hardware): readonly (readonly [string, string])[] {
  const { os, gpus, temperature, battery, network, virtual } = hardware
  return [
    ['system', [os.distro, os.release].filter(Boolean).join(' ') || `${os.platform}, ${unknown}`],
    ['kernel', os.kernel ?? unknown],
    ['virtual', virtual === null ? unknown : virtual ? 'a virtual machine or container' : 'no'],
    ['processor', describeCpu(hardware)],
    ['memory', describeMemory(hardware)],
    ['disk', describeDisk(hardware)],
    ['gpu', gpus === null ? unknown : gpus.map(describeGpu).join('; ') || 'none'],
    ['temperature', temperature.cpu_c === null ? unknown : `${temperature.cpu_c} °C`],
    ['battery', battery === null ? unknown : describeBattery(battery)],
    ['network', describeNetwork(network.interfaces)],
  ]
}

/** `23.5 GB`, in units of 1024. */
export function gigabytes(bytes: number): string {
  const size = bytes / 2 ** 30
  return size < 1 ? `${Math.round(bytes / 2 ** 20)} MB` : `${size.toFixed(1)} GB`
}

export function describeGpu({ model, vendor, vram_bytes, driver }: Gpu): string {
  const name = model ?? `${vendor ?? ''} model ${unknown}`.trim()
  const memory = vram_bytes === null ? `memory ${unknown}` : gigabytes(vram_bytes)
  return `${name} (${memory}, driver ${driver ?? unknown})`
}

const unknown = 'unknown'

function describeCpu({ cpu }: Hardware): string {
  const [physical, logical] = [cpu.cores_physical ?? unknown, cpu.cores_logical ?? unknown]
  return [
    `${cpu.model ?? `model ${unknown}`} (${cpu.architecture})`,
    `cores ${physical}, threads ${logical}, usable ${cpu.available ?? unknown}`,
    cpu.speed_ghz === null ? `speed ${unknown}` : `${cpu.speed_ghz} GHz`,
    `load ${cpu.load_percent === null ? unknown : `${cpu.load_percent} %`}`,
  ].join(', ')
}

function describeMemory({ memory }: Hardware): string {
  const { total_bytes: total, available_bytes: available, limit_bytes: limit } = memory
  const limited = limit === null ? '' : `, limited to ${gigabytes(limit)}`
  return `${amount(total)}, ${amount(available)} available${limited}`
}

function describeDisk({ disk }: Hardware): string {
  if (disk === null) return unknown
  const kind = disk.filesystem ?? `file system ${unknown}`
  return `${gigabytes(disk.free_bytes)} free of ${gigabytes(disk.total_bytes)} (${kind})`
}

function describeBattery({ present, percent, on_mains }: NonNullable<Hardware['battery']>): string {
  if (!present) return 'none'
  const charge = percent === null ? `charge ${unknown}` : `${percent} %`
  const mains = on_mains === null ? `mains ${unknown}` : on_mains ? 'on mains' : 'on battery'
  return `${charge}, ${mains}`
}

function describeNetwork(interfaces: Hardware['network']['interfaces']): string {
  if (interfaces === null) return unknown
  const lines = interfaces.map(({ name, type, speed_mbps, up }) => {
    const speed = speed_mbps === null ? `speed ${unknown}` : `${speed_mbps} Mbit/s`
    const state = up === null ? `state ${unknown}` : up ? 'up' : 'down'
    return `${name} (${type ?? `type ${unknown}`}, ${speed}, ${state})`
  })
  return lines.join('; ') || 'no interface'
}

function amount(bytes: number | null): string {
  return bytes === null ? unknown : gigabytes(bytes)
}
