// A program of ours as a process that is not spared: it is signalled, and what it leaves is seen.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

export interface Program {
  readonly pid: number
  /** The first line of its stdout; fails with its stderr where it ends without one. */
  readonly first: Promise<Readonly<Record<string, unknown>>>
  readonly ended: Promise<Ended>
  /** Null while it runs. */
  readonly end: Ended | null
  /** All of its stdout. */
  out(): string
  /** The last of its stderr. */
  said(): string
  signal(name: NodeJS.Signals): void
  /** Resolves when it is gone. */
  kill(): Promise<Ended>
}

export interface ProgramPlace {
  readonly env?: Readonly<Record<string, string>>
  /** Words before its own: what it is to be run by. */
  readonly by?: readonly string[]
}

const saidMax = 16_000
const vcpMain = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

export function startVcp(argv: readonly string[], place: ProgramPlace = {}): Program {
  return startScript([vcpMain, ...argv], place)
}

/** What `vcp coordinator start` runs: without the command around it a signal comes to it alone. */
export function startCoordinatorProgram(argv: readonly string[], place: ProgramPlace = {}) {
  return startScript([fileURLToPath(import.meta.resolve('@vcp/coordinator/main')), ...argv], place)
}

export function startScript(
  words: readonly string[],
  { env = {}, by = [] }: ProgramPlace = {},
): Program {
  const [file = '', ...argv] = [...by, process.execPath, '--conditions=source', ...words]
  const inherited = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
  const child = spawn(file, argv, {
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return watched(child)
}

function watched(child: ChildProcess): Program {
  const text = { out: '', said: '' }
  let end: Ended | null = null
  const ended = new Promise<Ended>((resolve) => {
    // Not `close`: a child of its own that lived on would keep its stderr open.
    child.on('exit', (code, signal) => {
      end = { code, signal }
      resolve(end)
    })
    child.on('error', () => {
      end = { code: null, signal: null }
      resolve(end)
    })
  })
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    text.said = `${text.said}${chunk}`.slice(-saidMax)
  })
  const first = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (text.out === '' && line.startsWith('{"')) resolve(JSON.parse(line))
      text.out += `${line}\n`
    })
    void ended.then(() => reject(new Error(`it ended: ${text.said}`)))
  })
  first.catch(() => {
    // Some are only waited for until they end.
  })
  return {
    pid: child.pid ?? 0,
    first,
    ended,
    get end() {
      return end
    },
    out: () => text.out,
    said: () => text.said,
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

/** A command, to its end; what it printed, where that went well. */
export async function runVcp(argv: readonly string[], place: ProgramPlace = {}): Promise<string> {
  const program = startVcp(argv, place)
  const { code } = await program.ended
  if (code !== 0)
    throw new Error(`vcp ${argv[0]} ${argv[1]} exited with ${code}: ${program.said()}`)
  return program.out()
}
