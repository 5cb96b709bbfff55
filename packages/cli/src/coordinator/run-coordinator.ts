// A coordinator as a child process: run, never imported, so that the two programs meet only in what
// it prints and in the signals it is sent.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, errors, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import type { Host } from '../host.ts'

export interface Listener {
  /** The one line of its stdout, once it listens. */
  started(line: string): void
  /** A line of its stderr. */
  said(line: string): void
}

const program = '@vcp/coordinator/main'

/** Resolves when it has stopped as it was asked to; fails with what it failed with. */
export async function runCoordinator(
  argv: readonly string[],
  { env, signal }: Pick<Host, 'env' | 'signal'>,
  listener: Listener,
): Promise<void> {
  const file = fileURLToPath(import.meta.resolve(program))
  const conditions = file.endsWith('.ts') ? ['--conditions=source'] : []
  const child = spawn(process.execPath, [...conditions, file, ...argv], {
    env,
    // A terminal sends Ctrl-C to a whole group of processes; this way it comes once, from here.
    detached: true,
    // The channel carries nothing: that it breaks tells the coordinator that we are gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const stop = () => child.kill('SIGTERM')
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    await ended(child, listener)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function ended(child: ChildProcess, { started, said }: Listener): Promise<void> {
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
  throw new VcpError('INTERNAL', { message: `the coordinator ${how}` })
}

const FailureLine = z.object({
  level: z.literal('error'),
  message: z.string(),
  code: z.string().refine((code): code is ErrorCode => Object.hasOwn(errors, code)),
  hint: z.string(),
  details: z.record(z.string(), z.unknown()),
})

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
