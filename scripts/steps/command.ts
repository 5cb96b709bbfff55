// Runs other programs so that none outlives us: each leads a process group of its own, and when we
// are told to stop, the groups are ended first and everything that was to be removed is removed.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

export interface Ran {
  /** 124 when it ran out of time, as with `timeout`. */
  readonly exitCode: number
  /** stdout and stderr as they came, unless the output was only shown. */
  readonly output: string
  readonly seconds: number
}

export interface Running {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** `live`: straight to our own output. `kept`: only returned. `both`: shown and returned. */
  readonly output: 'live' | 'kept' | 'both'
  readonly timeoutMinutes?: number
}

const GRACE_MS = 3_000
const running = new Set<ChildProcess>()
const removals = new Set<() => void>()

/** Runs a program to its end, with no input. Never throws: what cannot start has exit code 127. */
export function runCommand(file: string, args: readonly string[], how: Running): Promise<Ran> {
  listenForSignals()
  const startedMs = performance.now()
  const stdio = how.output === 'live' ? 'inherit' : 'pipe'
  const child = spawn(file, args, {
    cwd: how.cwd,
    env: how.env ?? process.env,
    stdio: ['ignore', stdio, stdio],
    detached: true,
  })
  running.add(child)
  const output: string[] = []
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from?.setEncoding('utf8').on('data', (text: string) => {
      output.push(text)
      if (how.output === 'both') to.write(text)
    })
  }
  let isLate = false
  const deadline = setTimeout(
    () => {
      isLate = true
      output.push(`\nended after ${how.timeoutMinutes} minutes\n`)
      endGroup(child, 'SIGKILL')
    },
    (how.timeoutMinutes ?? 30) * 60_000,
  )
  return new Promise((resolve) => {
    const end = (exitCode: number) => {
      clearTimeout(deadline)
      running.delete(child)
      const seconds = (performance.now() - startedMs) / 1_000
      resolve({ exitCode: isLate ? 124 : exitCode, output: output.join(''), seconds })
    }
    child.on('error', (error) => {
      output.push(`${file} could not start: ${error.message}\n`)
      end(127)
    })
    child.on('close', (code, signal) => end(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
  })
}

/** Has something removed when we end, however that comes; call the result to do it sooner. */
export function removedAtEnd(remove: () => void): () => void {
  listenForSignals()
  removals.add(remove)
  return () => {
    if (removals.delete(remove)) remove()
  }
}

let isListening = false

function listenForSignals(): void {
  if (isListening) return
  isListening = true
  process.on('exit', removeAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop(constants.signals[signal]))
  }
}

async function stop(signalNumber: number): Promise<void> {
  const ends = [...running].map((child) => new Promise((resolve) => child.on('close', resolve)))
  for (const child of running) endGroup(child, 'SIGTERM')
  const killed = setTimeout(() => {
    for (const child of running) endGroup(child, 'SIGKILL')
  }, GRACE_MS)
  await Promise.all(ends)
  clearTimeout(killed)
  process.exit(128 + signalNumber)
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // The group has gone already.
  }
}

function removeAll(): void {
  for (const remove of removals) remove()
  removals.clear()
}
