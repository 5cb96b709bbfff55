import { availableParallelism, cpus } from 'node:os'
import type { Cpu } from './hardware.ts'
import { readKernelFile } from './kernel-files.ts'
import { count, field, named, numberIn, positive } from './plausible.ts'

export interface RawCpu {
  readonly platform: string
  readonly architecture: string
  /** Of systeminformation's `cpu()`. */
  readonly answer: unknown
  readonly processors: readonly { readonly model: string; readonly speedMhz: number }[]
  readonly parallelism: number
  readonly cpuinfo: string | null
  readonly quotas: readonly string[]
}

export async function readCpu(): Promise<RawCpu> {
  const { cpu } = await import('systeminformation')
  return {
    platform: process.platform,
    architecture: process.arch,
    answer: await cpu(),
    processors: cpus().map(({ model, speed }) => ({ model, speedMhz: speed })),
    parallelism: availableParallelism(),
    cpuinfo: await readKernelFile('/proc/cpuinfo'),
    quotas: await readQuotas(),
  }
}

export function cpuFrom(raw: RawCpu): Omit<Cpu, 'load_percent'> {
  const model = modelOf(raw)
  const logical =
    count(field(raw.answer, 'cores'), coresMax) ?? count(raw.processors.length, coresMax)
  return {
    model,
    architecture: raw.architecture,
    cores_physical: physicalCores(raw, logical),
    cores_logical: logical,
    available: availableCores(raw),
    speed_ghz: speedOf(raw),
  }
}

/** What a cgroup's quota allows, in whole cores; null where there is no quota. */
export function quotaCores(text: string): number | null {
  // cgroup v2, cpu.max: `200000 100000` or `max 100000`; v1 has the same in two files, and -1.
  const [quota = '', period = ''] = text.split(/\s+/)
  const cores = positive(numberIn(quota), 1e15)
  const of = positive(numberIn(period), 1e15)
  return cores === null || of === null ? null : Math.max(1, Math.floor(cores / of))
}

const coresMax = 65_536

/** systeminformation takes the first word for the manufacturer; here the two are one name. */
function modelOf({ answer, processors }: RawCpu): string | null {
  const brand = named(field(answer, 'brand'))
  const manufacturer = named(field(answer, 'manufacturer'))
  if (manufacturer === null) return brand ?? named(processors[0]?.model)
  // An unknown maker comes as the whole name: `Ampere Altra` and `Altra`.
  if (brand === null || manufacturer.endsWith(brand)) return manufacturer
  return `${manufacturer} ${brand}`
}

/** Where lscpu, sysctl or WMI gave nothing, systeminformation fills in the logical cores. */
function physicalCores({ platform, answer }: RawCpu, logical: number | null): number | null {
  const proof = platform === 'darwin' || platform === 'win32' ? 'brand' : 'vendor'
  if (named(field(answer, proof)) === null) return null
  const cores = count(field(answer, 'physicalCores'), coresMax)
  return cores !== null && logical !== null && cores > logical ? null : cores
}

function availableCores({ parallelism, quotas }: RawCpu): number | null {
  const allowed = count(parallelism, coresMax)
  if (allowed === null) return null
  return Math.min(allowed, ...quotas.map(quotaCores).filter((cores) => cores !== null))
}

/**
 * The nominal speed in the model's name, else what the kernel reports. Not systeminformation's: it
 * looks AMD processors up by parts of their names, and on Apple silicon multiplies a timer's rate.
 */
function speedOf({ platform, architecture, processors, cpuinfo }: RawCpu): number | null {
  const nominal = /@\s*(\d+(?:\.\d+)?)\s*GHz/i.exec(processors[0]?.model ?? '')?.[1]
  if (nominal !== undefined) return positive(Number(nominal), 20)
  if (platform === 'darwin' && architecture === 'arm64') return null // a constant in libuv
  const megahertz = [
    ...processors.map(({ speedMhz }) => speedMhz),
    ...[...(cpuinfo ?? '').matchAll(/^cpu MHz\s*:\s*([\d.]+)$/gm)].map(([, text]) => Number(text)),
  ].filter((value) => value > 0)
  if (megahertz.length === 0) return null
  const mean = megahertz.reduce((sum, value) => sum + value, 0) / megahertz.length
  return positive(Math.round(mean / 10) / 100, 20)
}

/** The quotas of this process's cgroup and of all above it; the tightest one counts. */
export async function readQuotas(): Promise<readonly string[]> {
  const membership = (await readKernelFile('/proc/self/cgroup')) ?? ''
  const found: string[] = []
  for (const line of membership.split('\n')) {
    const [, controllers = '', path = '/'] = line.split(':')
    const isUnified = controllers === ''
    if (!isUnified && !controllers.split(',').includes('cpu')) continue
    const root = isUnified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu'
    for (const folder of ancestors(path)) {
      const text = isUnified
        ? await readKernelFile(`${root}${folder}cpu.max`)
        : await versionOneQuota(`${root}${folder}`)
      if (text !== null) found.push(text)
    }
  }
  return found
}

async function versionOneQuota(folder: string): Promise<string | null> {
  const quota = await readKernelFile(`${folder}cpu.cfs_quota_us`)
  const period = await readKernelFile(`${folder}cpu.cfs_period_us`)
  return quota === null || period === null ? null : `${quota} ${period}`
}

/** `/a/b` gives `/`, `/a/`, `/a/b/`. */
function ancestors(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}/`)]
}
