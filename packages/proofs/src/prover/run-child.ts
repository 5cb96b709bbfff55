// A child process that can be killed at any moment: when it is aborted, when it takes more memory
// than it may. It is given no environment of ours.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { type Outcome, pass, refuse } from '@vcp/protocol'

export interface ChildBounds {
  readonly signal?: AbortSignal
  /** Resident memory at which the child is killed; watched on Linux, elsewhere only its heap is. */
  readonly memoryBytesMax?: number
  /** Programs that confine themselves and then become the one that follows, if there are any. */
  readonly prefix?: readonly string[]
}

export interface Tool {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
}

export type RunningChild = ChildProcessByStdio<Writable, Readable, Readable>

export interface ChildEnd {
  readonly code: number | null
  readonly by: string | null
}

/** How often the memory of a child is looked at: it grows by some 100 MB in that time. */
const memoryLookMs = 100

/** Resolves when the child is gone; refuses where it had to be killed or could not be started. */
export function runChild(
  { file, args, cwd }: Tool,
  { signal, memoryBytesMax, prefix = [] }: ChildBounds,
  begun: (child: RunningChild, kill: (reason: string) => void) => void,
): Promise<Outcome<ChildEnd>> {
  if (signal?.aborted === true) return Promise.resolve(interrupted())
  return new Promise((resolve) => {
    const [first, ...rest] = [...prefix, file, ...args]
    const child = spawn(first!, rest, { cwd, env: {}, stdio: 'pipe' })
    const finish = (outcome: Outcome<ChildEnd>) => {
      clearInterval(looking)
      signal?.removeEventListener('abort', abort)
      child.kill('SIGKILL')
      resolve(outcome)
    }
    const kill = (reason: string) => finish(refuse('PROVING_FAILED', reason))
    const abort = () => finish(interrupted())
    signal?.addEventListener('abort', abort)
    const looking = setInterval(async () => {
      const bytes = await residentBytes(child)
      if (memoryBytesMax === undefined || bytes <= memoryBytesMax) return
      kill(`it took ${bytes} bytes of memory, and may take ${memoryBytesMax}`)
    }, memoryLookMs)
    if (memoryBytesMax === undefined) clearInterval(looking)
    child.stdin.on('error', () => {
      // It has ended before it had read all: how it ended is what counts.
    })
    begun(child, kill)
    child.once('error', (error) => finish(refuse('PROVING_FAILED', error.message)))
    child.once('close', (code, by) => finish(pass({ code, by })))
  })
}

async function residentBytes({ pid }: ChildProcess): Promise<number> {
  if (process.platform !== 'linux' || pid === undefined) return 0
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0') // it has ended
  return Number(statm.split(' ')[1]) * 4_096
}

function interrupted(): Outcome<never> {
  return refuse('INTERRUPTED', 'the program was stopped before it had finished')
}
