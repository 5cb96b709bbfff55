// Processor time, of the machine and of what this program started. On Linux from the kernel's
// files: a few reads of a line each, and no process started.
import { cpus } from 'node:os'
import { readKernelFile } from '../../hardware/kernel-files.ts'
import type { ProcessorTimes, QuotaUse } from './sample.ts'

/** `root` is where /proc lies. */
export async function linuxTimes(root: string, pid: number): Promise<ProcessorTimes | null> {
  const line = (await readKernelFile(`${root}/proc/stat`))?.split('\n', 1)[0] ?? ''
  // `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guests are in user.
  const times = line.split(/\s+/).slice(1, 9).map(Number)
  const [, , , idle = Number.NaN, waiting = 0] = times
  const total = times.reduce((sum, time) => sum + time, 0)
  if (!line.startsWith('cpu ') || !Number.isFinite(total + idle)) return null
  return { total, idle: idle + waiting, ours: await oursOnLinux(root, pid) }
}

/** Elsewhere nobody tells what the processes took that we started. */
export function portableTimes(): ProcessorTimes {
  let [total, idle] = [0, 0]
  for (const { times } of cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq
    idle += times.idle
  }
  return { total, idle, ours: null }
}

/** What the cgroup of this process has used, where it has a quota (version 2 of cgroups). */
export async function quotaUse(root: string): Promise<QuotaUse | null> {
  const membership = (await readKernelFile(`${root}/proc/self/cgroup`)) ?? ''
  const path = /^0::(\/.*)$/m.exec(membership)?.[1]
  if (path === undefined) return null
  const folder = `${root}/sys/fs/cgroup${path === '/' ? '' : path}`
  const quota = /^(\d+) (\d+)$/.exec((await readKernelFile(`${folder}/cpu.max`)) ?? '')
  const used = /^usage_usec (\d+)$/m.exec((await readKernelFile(`${folder}/cpu.stat`)) ?? '')
  const cores = Number(quota?.[1]) / Number(quota?.[2])
  if (used === null || !(cores > 0) || cores === Number.POSITIVE_INFINITY) return null
  return { usedMicroseconds: Number(used[1]), cores }
}

/**
 * Of this process, of those it started and waited for, and of those that run. One that ends goes
 * from the last to the second, so that its time is counted on.
 */
async function oursOnLinux(root: string, pid: number): Promise<number | null> {
  const own = await timesOf(root, pid)
  const list = await readKernelFile(`${root}/proc/${pid}/task/${pid}/children`)
  if (own === null || list === null) return null
  const children = await Promise.all(
    list.split(/\s+/).map((child) => (child === '' ? 0 : timesOf(root, Number(child)))),
  )
  return children.reduce<number>((sum, time) => sum + (time ?? 0), own)
}

/** User and system time of a process, and of its children that it has waited for. */
async function timesOf(root: string, pid: number): Promise<number | null> {
  const text = await readKernelFile(`${root}/proc/${pid}/stat`)
  // The name, in parentheses, may hold anything; what comes after the last one is numbers.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? []
  const sum = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0)
  return fields.length > 15 && Number.isFinite(sum) ? sum : null
}
