// On Linux from the kernel's list of supplies: systeminformation knows two names of batteries and
// two of mains, and takes an adapter of another name for one that is unplugged.
import type { Battery } from './hardware.ts'
import { listKernelFolder, readKernelFile } from './kernel-files.ts'
import { field, numberIn, positive, within } from './plausible.ts'

export interface Supply {
  readonly type: string | null
  /** `Device` for the battery of a mouse or a pen. */
  readonly scope: string | null
  readonly online: string | null
  readonly status: string | null
  readonly capacity: string | null
}

export interface RawBattery {
  readonly platform: string
  /** Of systeminformation's `battery()`; null on Linux. */
  readonly answer: unknown
  /** Linux only; null where the kernel keeps no list. */
  readonly supplies: readonly Supply[] | null
}

export async function readBattery(): Promise<RawBattery> {
  const { platform } = process
  if (platform === 'linux') {
    return { platform, answer: null, supplies: await readSupplies('/sys') }
  }
  const { battery } = await import('systeminformation')
  return { platform, answer: await battery(), supplies: null }
}

export function batteryFrom({ platform, answer, supplies }: RawBattery): Battery | null {
  if (platform === 'linux') return supplies === null ? null : fromSupplies(supplies)
  if (typeof field(answer, 'hasBattery') !== 'boolean') return null
  // Also what stands there when nothing could be read: so it says nothing about the mains.
  if (field(answer, 'hasBattery') === false) return none
  const percent = within(field(answer, 'percent'), 0, 100)
  return { present: true, percent, on_mains: mainsFrom(platform, answer, percent) }
}

/** What supplies power, as the kernel lists it; `root` is /sys. */
export async function readSupplies(root: string): Promise<readonly Supply[] | null> {
  const folder = `${root}/class/power_supply`
  const names = await listKernelFolder(folder)
  if (names === null) return null
  return Promise.all(
    names.map(async (name) => {
      const read = (file: string) => readKernelFile(`${folder}/${name}/${file}`)
      return {
        type: await read('type'),
        scope: await read('scope'),
        online: await read('online'),
        status: await read('status'),
        capacity: await read('capacity'),
      }
    }),
  )
}

const none: Battery = { present: false, percent: null, on_mains: null }

function fromSupplies(supplies: readonly Supply[]): Battery {
  const batteries = supplies.filter(({ type, scope }) => type === 'Battery' && scope !== 'Device')
  if (batteries.length === 0) return none
  const charges = batteries
    .map(({ capacity }) => positive(numberIn(capacity), 100))
    .filter((charge) => charge !== null)
  const mean = charges.reduce((sum, charge) => sum + charge, 0) / charges.length
  const plugs = supplies.filter(({ type }) => type === 'Mains' || type === 'USB')
  return {
    present: true,
    percent: charges.length === 0 ? null : Math.round(mean),
    on_mains: onMains(plugs, batteries),
  }
}

function onMains(plugs: readonly Supply[], batteries: readonly Supply[]): boolean | null {
  if (plugs.some(({ online }) => online === '1')) return true
  const statuses = batteries.map(({ status }) => status)
  if (statuses.includes('Discharging')) return false
  if (statuses.some((status) => status === 'Charging' || status === 'Full')) return true
  return plugs.some(({ online }) => online === '0') ? false : null
}

/** Whether the charger is in, where systeminformation's answer allows no other reading. */
function mainsFrom(platform: string, answer: unknown, percent: number | null): boolean | null {
  const isConnected = field(answer, 'acConnected')
  if (typeof isConnected !== 'boolean' || percent === null) return null
  if (platform === 'darwin') return isConnected
  if (platform !== 'win32') return null // on BSD the sense is reversed
  // A full battery counts as unplugged, a low one as charging: both only by its status number.
  if (isConnected) return percent > 20 ? true : null
  return percent < 95 ? false : null
}
