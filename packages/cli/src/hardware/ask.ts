import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ProbeName, RawAnswers } from './probes.ts'

export interface Asking {
  /** What the disk is asked about. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** The raw answer to one question; otherwise why there is none. */
export type Asked<Name extends ProbeName> =
  | { readonly answer: RawAnswers[Name]; readonly reason: null }
  | { readonly answer: null; readonly reason: string }

/** Asks in a process of its own, which is killed at the deadline with all that it started. */
export function ask<Name extends ProbeName>(name: Name, asking: Asking): Promise<Asked<Name>> {
  const { folder, env, deadlineMs, signal } = asking
  const child = spawn(process.execPath, [script, name, folder], {
    // Every tool answers in English, and learns nothing of our passwords.
    env: { ...withoutOurs(env), LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: hasGroups,
    windowsHide: true,
  })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const settle = (asked: Asked<Name>) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abandon)
      resolve(asked)
    }
    const giveUp = (reason: string) => {
      kill(child)
      // A tool that hangs in the kernel survives even that; nobody waits for it.
      child.stdout.destroy()
      child.unref()
      settle({ answer: null, reason })
    }
    const abandon = () => giveUp('interrupted')
    const timer = setTimeout(() => giveUp(`no answer within ${deadlineMs / 1000} s`), deadlineMs)
    signal.addEventListener('abort', abandon, { once: true })
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => settle({ answer: null, reason: error.message }))
    child.on('close', (code) => settle(read(Buffer.concat(chunks).toString('utf8'), code)))
    if (signal.aborted) abandon()
  })
}

const script = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './probe-main.ts' : './probe-main.js', import.meta.url),
)

/** Windows has no process groups. */
const hasGroups = process.platform !== 'win32'

function read<Name extends ProbeName>(text: string, code: number | null): Asked<Name> {
  if (code !== 0) return { answer: null, reason: `its process ended with ${code ?? 'a signal'}` }
  try {
    return { answer: JSON.parse(text) as RawAnswers[Name], reason: null }
  } catch {
    return { answer: null, reason: 'its answer was cut short' }
  }
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (hasGroups) process.kill(-child.pid, 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

function withoutOurs(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('VCP_')))
}
