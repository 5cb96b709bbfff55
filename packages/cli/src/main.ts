// The `vcp` program: hands the process to `runCli`, and nothing else.
import { randomBytes } from 'node:crypto'
import { runCli } from './cli.ts'
import type { Host } from './host.ts'
import { askSecret } from './terminal.ts'

const controller = new AbortController()

/** One interrupt may come twice: to the whole group of processes, and handed on by the launcher. */
const sameInterruptMs = 200
let interruptedAtMs = Number.NEGATIVE_INFINITY

process.on('SIGINT', () => {
  const isSame = performance.now() - interruptedAtMs < sameInterruptMs
  interruptedAtMs = performance.now()
  if (controller.signal.aborted && !isSame) dieOfInterrupt()
  stop()
})
process.on('SIGTERM', () => stop())
// Whoever started this with a channel to see it by is gone, and nobody else would stop it.
process.on('disconnect', () => stop())
process.channel?.unref()
// A reader that has seen enough (`vcp ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

const host: Host = {
  env: process.env,
  terminal: {
    isInteractive: process.stdout.isTTY === true,
    hasColour: process.stdout.isTTY === true && process.stdout.hasColors(),
    // As the window is now: it may change its size while a command runs.
    get columns() {
      return process.stdout.columns ?? 80
    },
    get rows() {
      return process.stdout.rows ?? 24
    },
  },
  signal: controller.signal,
  out: (data) => process.stdout.write(data),
  err: (text) => process.stderr.write(text),
  nowMs: () => Date.now(),
  randomBytes: (count) => randomBytes(count),
  askSecret: (question) => askSecret(question, controller.signal),
}

process.exitCode = await runCli(process.argv.slice(2), host)
if (process.exitCode === 130) dieOfInterrupt()

/**
 * Ends as an interrupted program does, which a shell shows as 130. Not by `process.exit`: that
 * waits for system calls in flight, and what was interrupted may hang in one for ever.
 */
function dieOfInterrupt(): void {
  process.removeAllListeners('SIGINT')
  process.kill(process.pid, 'SIGINT')
}

async function stop(): Promise<void> {
  const { VcpError } = await import('@vcp/protocol')
  controller.abort(new VcpError('INTERRUPTED'))
}
