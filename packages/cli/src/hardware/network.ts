import type { NetworkInterface } from './hardware.ts'
import { listKernelFolder } from './kernel-files.ts'
import { field, items, named, positive } from './plausible.ts'

export interface RawNetwork {
  readonly platform: string
  /** Of systeminformation's `networkInterfaces()`. */
  readonly answer: unknown
  /** By name, as the Linux kernel has them; null elsewhere. */
  readonly devices: Readonly<Record<string, KernelDevice>> | null
}

export interface KernelDevice {
  /** Whether there is a device behind it: a card, or one that a virtual machine shows as a card. */
  readonly hasDevice: boolean
  readonly isWireless: boolean
}

export async function readNetwork(): Promise<RawNetwork> {
  const { networkInterfaces } = await import('systeminformation')
  return {
    platform: process.platform,
    answer: await networkInterfaces(),
    devices: process.platform === 'linux' ? await readDevices('/sys') : null,
  }
}

/** The interfaces that lead anywhere; null where the system gives no list. */
export function networkFrom({
  platform,
  answer,
  devices,
}: RawNetwork): readonly NetworkInterface[] | null {
  if (!Array.isArray(answer)) return null
  return items(answer).flatMap((item): NetworkInterface[] => {
    const name = named(field(item, 'iface'))
    if (name === null || field(item, 'internal') === true) return []
    const type = typeOf(platform, item, devices?.[name])
    const up = upOf(field(item, 'operstate'))
    // A virtual interface names whatever its driver likes: 10 Mbit/s a tunnel, 10 Gbit/s a veth.
    const speed =
      type === 'virtual' || up === false ? null : positive(field(item, 'speed'), mbpsMax)
    return [{ name, type, speed_mbps: speed, up }]
  })
}

/** The interfaces as the kernel has them; `root` is /sys. */
export async function readDevices(root: string): Promise<Readonly<Record<string, KernelDevice>>> {
  const folder = `${root}/class/net`
  const names = (await listKernelFolder(folder)) ?? []
  const entries = names.map(async (name): Promise<[string, KernelDevice]> => {
    const inside = (await listKernelFolder(`${folder}/${name}`)) ?? []
    const isWireless = inside.includes('wireless') || inside.includes('phy80211')
    return [name, { hasDevice: inside.includes('device'), isWireless }]
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** A terabit a second is above every link; Windows says 2^63 where it does not know. */
const mbpsMax = 1_000_000

function typeOf(
  platform: string,
  item: unknown,
  device: KernelDevice | undefined,
): NetworkInterface['type'] {
  const type = field(item, 'type')
  if (device !== undefined) {
    if (!device.hasDevice) return 'virtual'
    return device.isWireless ? 'wireless' : 'wired'
  }
  if (field(item, 'virtual') === true || type === 'virtual') return 'virtual'
  if (type === 'wireless') return 'wireless'
  // On a Mac everything that is no Wi-Fi comes as wired, tunnels and bridges with the rest.
  if (platform === 'darwin') return field(item, 'speed') === null ? null : 'wired'
  return type === 'wired' ? 'wired' : null
}

function upOf(state: unknown): boolean | null {
  if (state === 'up') return true
  return state === 'down' ? false : null
}
