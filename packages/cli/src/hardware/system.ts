import { existsSync } from 'node:fs'
import { release } from 'node:os'
import type { OperatingSystem } from './hardware.ts'
import { readKernelFile } from './kernel-files.ts'
import { field, named } from './plausible.ts'

export interface RawSystem {
  readonly platform: string
  readonly architecture: string
  readonly kernel: string
  /** Of systeminformation's `osInfo()`. */
  readonly os: unknown
  /** Of systeminformation's `system()`; null on Linux. */
  readonly answer: unknown
  /** The flags of the first processor, as the kernel lists them; null elsewhere than on Linux. */
  readonly flags: string | null
  /** The cgroups of this process; null elsewhere than on Linux. */
  readonly cgroups: string | null
  /** Files that container engines leave. */
  readonly marks: readonly string[]
}

export async function readSystem(): Promise<RawSystem> {
  const { osInfo, system } = await import('systeminformation')
  const isLinux = process.platform === 'linux'
  const [os, answer] = await Promise.all([osInfo(), isLinux ? null : system()])
  const cpuinfo = await readKernelFile('/proc/cpuinfo')
  return {
    platform: process.platform,
    architecture: process.arch,
    kernel: release(),
    os,
    answer,
    flags: /^flags\s*:(.*)$/m.exec(cpuinfo ?? '')?.[1]?.trim() ?? null,
    cgroups: await readKernelFile('/proc/self/cgroup'),
    marks: ['/.dockerenv', '/run/.containerenv', '/run/systemd/container'].filter((file) =>
      existsSync(file),
    ),
  }
}

export function operatingSystemFrom({ platform, kernel, os }: RawSystem): OperatingSystem {
  return {
    platform,
    distro: named(field(os, 'distro')),
    release: named(field(os, 'release')),
    kernel: named(kernel),
  }
}

/** Whether this is no machine of its own; null where nothing proves the one or the other. */
export function virtualFrom(raw: RawSystem): boolean | null {
  if (raw.marks.length > 0 || /docker|kubepods|containerd|lxc|libpod/.test(raw.cgroups ?? '')) {
    return true
  }
  // On x86 the processor itself says so. systeminformation also searches the kernel's log, where a
  // host that runs virtual machines looks like one of them.
  if (raw.platform === 'linux' && raw.architecture === 'x64' && raw.flags !== null) {
    return raw.flags.split(' ').includes('hypervisor')
  }
  // Its "no" means only that it knows no such maker.
  return field(raw.answer, 'virtual') === true ? true : null
}
