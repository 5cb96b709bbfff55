// Another program of ours as a child process: run, never imported, so that the two meet only in
// what it prints and in the signals it is sent.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type ErrorCode, errors, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import type { Host } from '../host.ts'

export interface Listener {
  /** The one line of its stdout, once it is at work. */
  started(line: string): void
  /** A line of its stderr. */
  said(line: string): void
}

export interface ProgramRun {
  /** What people call it. */
  readonly name: string
  readonly file: string
  readonly argv: readonly string[]
  /** Of Node, for this program alone. */
  readonly nodeFlags?: readonly string[]
  readonly listener: Listener
  /** How long it may take to stop; then it is killed, which what is durable survives. */
  readonly graceMs?: number
}

/** Resolves when it has stopped as it was asked to; fails with what it failed with. */
export async function runProgram(
  { name, file, argv, nodeFlags = [], listener, graceMs }: ProgramRun,
  { env, signal }: Pick<Host, 'env' | 'signal'>,
): Promise<void> {
  const conditions = file.endsWith('.ts') ? ['--conditions=source'] : []
  const child = spawn(process.execPath, [...nodeFlags, ...conditions, file, ...argv], {
    env,
    // A terminal sends Ctrl-C to a whole group of processes; this way it comes once, from here.
    detached: true,
    // The channel carries nothing: that it breaks tells the program that we are gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let killing: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    if (graceMs !== undefined) killing = setTimeout(() => child.kill('SIGKILL'), graceMs)
  }
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    await ended(name, child, listener)
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(killing)
  }
}

async function ended(
  name: string,
  child: ChildProcess,
  { started, said }: Listener,
): Promise<void> {
  /** Held back: if it turns out to be the end, it is rendered as a failure of ours. */
  let failure: { readonly line: string; readonly error: VcpError } | null = null
  createInterface({ input: child.stdout! }).on('line', started)
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (failure !== null) said(failure.line)
    const error = failureIn(line)
    failure = error === null ? null : { line, error }
    if (failure === null) said(line)
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...end) => resolve(end))
  })
  const last = failure as { readonly line: string; readonly error: VcpError } | null
  if (code === 0) {
    if (last !== null) said(last.line)
    return
  }
  if (last !== null && last.error.exitCode === code) throw last.error
  const how = code === null ? `was ended by ${signal}` : `exited with ${code}`
  throw new VcpError('INTERNAL', { message: `${name} ${how}` })
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code)
const said = {
  message: z.string(),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()),
}

/** As a coordinator says it, and as `vcp --json` does. */
const FailureLine = z.union([
  z.object({ level: z.literal('error'), code: z.string().refine(isCode), ...said }),
  z
    .object({ error: z.string().refine(isCode), ...said })
    .transform(({ error, ...rest }) => ({ code: error, ...rest })),
])

function failureIn(line: string): VcpError | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // What Node itself says is no JSON.
    return null
  }
  const read = FailureLine.safeParse(value)
  if (!read.success) return null
  const { code, message, hint, details } = read.data
  return new VcpError(code as ErrorCode, { message, hint, details })
}
