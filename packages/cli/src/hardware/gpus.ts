// Graphics processors from three sources that know different halves: the kernel's list of PCI
// devices is complete, lspci has the names, nvidia-smi the memory. On Linux systeminformation gives
// the size of the largest PCI window for the memory, and nothing where lspci is not installed.
import { execFile } from 'node:child_process'
import type { Gpu } from './hardware.ts'
import { linkedName, listKernelFolder, readKernelFile } from './kernel-files.ts'
import { field, items, named, numberIn, positive } from './plausible.ts'

export interface PciDisplay {
  /** Such as `0000:01:00.0`. */
  readonly address: string
  readonly vendorId: string | null
  readonly driver: string | null
  /** Of amdgpu; other drivers do not tell. */
  readonly vramBytes: string | null
}

export interface RawGpus {
  readonly platform: string
  /** Of systeminformation's `graphics()`. */
  readonly answer: unknown
  /** Linux only; null where the kernel shows no PCI bus. */
  readonly displays: readonly PciDisplay[] | null
  /** Lines `bus, name, MiB, driver`; null where nvidia-smi is missing or fails. */
  readonly nvidiaSmi: string | null
}

export async function readGpus(): Promise<RawGpus> {
  const { graphics } = await import('systeminformation')
  const isLinux = process.platform === 'linux'
  return {
    platform: process.platform,
    answer: await graphics(),
    displays: isLinux ? await readDisplays('/sys') : null,
    nvidiaSmi: isLinux ? await askNvidia() : null,
  }
}

export function gpusFrom(raw: RawGpus): readonly Gpu[] | null {
  const controllers = items(field(raw.answer, 'controllers'))
  if (raw.platform !== 'linux') {
    // An empty list is also what comes when the system's tool failed.
    return controllers.length === 0
      ? null
      : controllers.map((item) => elsewhere(raw.platform, item))
  }
  const found = new Map<string, Gpu>()
  const merge = (address: string, more: Partial<Gpu>) => {
    const known = found.get(address) ?? nothingKnown
    const news = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== null))
    found.set(address, { ...known, ...news })
  }
  for (const item of controllers) {
    const { model, vendor } = namesOf(item)
    if (model === null && vendor === null) continue
    const address = addressOf(named(field(item, 'busAddress'))) ?? `unplaced ${found.size}`
    merge(address, { model, vendor })
  }
  for (const { address, vendorId, driver, vramBytes } of raw.displays ?? []) {
    const vendor = vendors[vendorId ?? ''] ?? null
    const vram = positive(numberIn(vramBytes), vramMax)
    merge(addressOf(address) ?? address, { vendor, driver, vram_bytes: vram })
  }
  for (const line of (raw.nvidiaSmi ?? '').split('\n')) {
    const [bus = '', name, memory = '', version] = line.split(',').map((part) => part.trim())
    const address = addressOf(bus)
    if (address === null) continue
    const vram = mebibytes(numberIn(memory))
    const driver = named(version) === null ? null : `nvidia ${version}`
    merge(address, { model: named(name), vendor: 'NVIDIA', vram_bytes: vram, driver })
  }
  return found.size === 0 && raw.displays === null ? null : [...found.values()]
}

/** The display controllers on the PCI bus; `root` is /sys. */
export async function readDisplays(root: string): Promise<readonly PciDisplay[] | null> {
  const folder = `${root}/bus/pci/devices`
  const addresses = await listKernelFolder(folder)
  if (addresses === null) {
    // A machine without the bus has no folder for it; one that hides its devices has no /sys/bus.
    return (await listKernelFolder(`${root}/bus`)) === null ? null : []
  }
  const displays: PciDisplay[] = []
  for (const address of addresses) {
    const device = `${folder}/${address}`
    if (!(await readKernelFile(`${device}/class`))?.startsWith('0x03')) continue
    displays.push({
      address,
      vendorId: await readKernelFile(`${device}/vendor`),
      driver: await linkedName(`${device}/driver`),
      vramBytes: await readKernelFile(`${device}/mem_info_vram_total`),
    })
  }
  return displays
}

const nothingKnown: Gpu = { model: null, vendor: null, vram_bytes: null, driver: null }

const vramMax = 2 ** 43

const vendors: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x1a03': 'ASPEED',
  '0x102b': 'Matrox',
  '0x1013': 'Cirrus Logic',
  '0x15ad': 'VMware',
  '0x1af4': 'Red Hat',
  '0x1b36': 'Red Hat',
  '0x1234': 'QEMU',
  '0x1414': 'Microsoft',
  '0x80ee': 'VirtualBox',
}

function elsewhere(platform: string, item: unknown): Gpu {
  const megabytes = field(item, 'vram')
  // Without the registry's number Windows counts in 32 bits: 4095 MB stands for "4095 or more".
  const isCapped = platform === 'win32' && megabytes === 4095
  // A Mac's built-in GPU shares the memory of the machine.
  const isShared = platform === 'darwin' && field(item, 'vramDynamic') === true
  return {
    ...namesOf(item),
    vram_bytes: isCapped || isShared ? null : mebibytes(megabytes),
    driver: named(field(item, 'driverVersion')),
  }
}

function namesOf(item: unknown): Pick<Gpu, 'model' | 'vendor'> {
  const vendor = named(field(item, 'vendor'))
  const known = vendor === null ? undefined : makers.find(({ like }) => like.test(vendor))
  return { model: named(field(item, 'model')), vendor: known?.name ?? vendor }
}

const makers = [
  { like: /nvidia/i, name: 'NVIDIA' },
  { like: /advanced micro devices|\bamd\b/i, name: 'AMD' },
  { like: /intel/i, name: 'Intel' },
  { like: /apple/i, name: 'Apple' },
] as const

function mebibytes(value: unknown): number | null {
  const size = positive(value, vramMax / 2 ** 20)
  return size === null ? null : Math.round(size * 2 ** 20)
}

/** One spelling: the kernel says `0000:01:00.0`, lspci `01:00.0`, nvidia-smi `00000000:01:00.0`. */
function addressOf(text: string | null): string | null {
  const parts = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f])$/i.exec(text ?? '')
  if (parts === null) return null
  return `${Number.parseInt(parts[1] ?? '0', 16)}:${parts[2]?.toLowerCase()}`
}

function askNvidia(): Promise<string | null> {
  const query = ['--query-gpu=pci.bus_id,name,memory.total,driver_version']
  return new Promise((resolve) => {
    execFile('nvidia-smi', [...query, '--format=csv,noheader,nounits'], (error, stdout) => {
      resolve(error === null ? stdout : null)
    })
  })
}
