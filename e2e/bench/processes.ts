// What processes cost, as the kernel counts it.
import { readdirSync, readFileSync } from 'node:fs'

/** Of `/proc`: USER_HZ, 100 on every Linux there is. */
const ticksPerSecond = 100

/** Processor seconds so far, of a process with its children that live. */
export function cpuSeconds(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + ownCpuSeconds(each), 0)
}

/** Processor seconds so far, of the process alone. */
export function ownCpuSeconds(pid: number): number {
  const fields = afterName(pid)
  return fields === null ? 0 : (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Resident megabytes of the process alone. */
export function residentMb(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return (pages * 4_096) / 1e6
}

/** Children, and theirs. */
export function childrenOf(pid: number): readonly number[] {
  const own = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)
    .filter((each) => Number(afterName(each)?.[1]) === pid)
  return own.flatMap((each) => [each, ...childrenOf(each)])
}

/** The words a process was started with. */
export function wordsOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
}

/** The fields behind the name, which may hold anything; null where the process is gone. */
function afterName(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
