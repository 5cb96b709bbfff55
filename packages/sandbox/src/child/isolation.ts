// What stands between a child and the machine, beyond WebAssembly itself. Each protection is either
// in force or named as missing, with the reason: nobody is told of a wall that is not there.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export type ProtectionName =
  | 'permissions'
  | 'namespaces'
  | 'privileges'
  | 'parent_death'
  | 'rlimits'
  | 'oom_first'
  | 'memory_watch'

export interface Protection {
  readonly name: ProtectionName
  readonly inForce: boolean
  /** What it does, or why it is not there. */
  readonly detail: string
}

export interface Isolation {
  /** Stands before the command line of a child. */
  readonly prefix: readonly string[]
  readonly protections: readonly Protection[]
}

/** Found out once a process, by trying; costs a few milliseconds. */
export function probeIsolation(): Promise<Isolation> {
  probed ??= isolationWith(wrappers)
  return probed
}

/** A program that changes itself and then becomes the one named after its own arguments. */
export interface Wrapper {
  readonly tool: string
  readonly args: readonly string[]
  readonly gives: readonly (readonly [ProtectionName, string])[]
}

/** In this order: privileges go last, for with them goes the right to make namespaces. */
export const wrappers: readonly Wrapper[] = [
  {
    tool: 'prlimit',
    // No file may grow, so none can be written; no core dump holds what a task knew.
    args: ['--core=0', '--fsize=0', '--nofile=64', '--'],
    gives: [['rlimits', 'writes no file, dumps no core, opens at most 64 files']],
  },
  {
    tool: 'choom',
    args: ['-n', '1000', '--'],
    gives: [['oom_first', 'the kernel, short of memory, ends it before anything else']],
  },
  {
    tool: 'unshare',
    // Mapped to nobody and not to root: so the child has no capability in its namespace either.
    args: ['--user', '--net', '--ipc', '--map-user=65534', '--map-group=65534', '--'],
    gives: [['namespaces', 'no network and no capabilities: own user, network, IPC namespaces']],
  },
  {
    tool: 'setpriv',
    args: ['--no-new-privs', '--pdeathsig', 'SIGKILL', '--'],
    gives: [
      ['privileges', 'gains no privilege from any program it starts'],
      ['parent_death', 'the kernel ends it when its parent dies'],
    ],
  },
]

/** Keeps of the given wrappers those that work here. */
export async function isolationWith(given: readonly Wrapper[]): Promise<Isolation> {
  const target = binary('true') ?? process.execPath
  const found = given.map((wrapper) => ({ wrapper, command: commandOf(wrapper) }))
  const present = found.flatMap(({ command }) => (command === null ? [] : [command]))
  // All at once first: where it works, which is the usual case, it is one process to start.
  const allWork = (await tryOut(present.flat(), target)) === null
  const tried = await Promise.all(
    found.map(async ({ wrapper, command }) => {
      if (command === null) return { wrapper, command, fault: `${wrapper.tool} is not installed` }
      return { wrapper, command, fault: allWork ? null : await tryOut(command, target) }
    }),
  )
  const prefix = tried.flatMap(({ command, fault }) => (fault === null ? (command ?? []) : []))
  const protections = tried.flatMap(({ wrapper, fault }) =>
    wrapper.gives.map(([name, detail]) => ({
      name,
      inForce: fault === null,
      detail: fault ?? detail,
    })),
  )
  return { prefix, protections: [permissions, ...protections, memoryWatch] }
}

/** Whether a child's memory can be read from the kernel, without asking the child. */
export const readsResidentMemory = existsSync('/proc/self/status')

const permissions: Protection = {
  name: 'permissions',
  inForce: true,
  detail: 'Node lets it read its own program only, write nothing and start nothing',
}

const memoryWatch: Protection = {
  name: 'memory_watch',
  inForce: readsResidentMemory,
  detail: readsResidentMemory
    ? 'the kernel says how much memory it holds'
    : 'only the child itself can say how much memory it holds: a weaker watch',
}

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
const probeMsMax = 3_000
let probed: Promise<Isolation> | undefined

/** Not by PATH, which belongs to whoever started us. */
function binary(tool: string): string | null {
  return folders.map((folder) => join(folder, tool)).find(existsSync) ?? null
}

function commandOf({ tool, args }: Wrapper): string[] | null {
  const file = process.platform === 'linux' ? binary(tool) : null
  return file === null ? null : [file, ...args]
}

/** Null where it works. */
function tryOut(prefix: readonly string[], target: string): Promise<string | null> {
  const [file, ...args] = [...prefix, target, '--version']
  return new Promise((resolve) => {
    execFile(file!, args, { env: {}, timeout: probeMsMax }, (error, _stdout, stderr) => {
      if (error === null) resolve(null)
      else resolve(stderr.trim().split('\n')[0] || `${file} failed (${error.code})`)
    })
  })
}
