// The `vcp` program: hands the process to `runCli`, and nothing else.
import { randomBytes } from 'node:crypto'
import { runCli } from './cli.ts'
import type { Host } from './host.ts'
import { askSecret } from './terminal.ts'

const controller = new AbortController()
const interrupted = 130

process.on('SIGINT', () => {
  if (controller.signal.aborted) process.exit(interrupted)
  stop()
})
process.on('SIGTERM', () => stop())
// A reader that has seen enough (`vcp ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})

const host: Host = {
  env: process.env,
  terminal: {
    isInteractive: process.stdout.isTTY === true,
    hasColour: process.stdout.isTTY === true && process.stdout.hasColors(),
    columns: process.stdout.columns ?? 80,
  },
  signal: controller.signal,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  nowMs: () => Date.now(),
  randomBytes: (count) => randomBytes(count),
  askSecret: (question) => askSecret(question, controller.signal),
}

process.exitCode = await runCli(process.argv.slice(2), host)
// What was interrupted may still hold a socket or a prompt open; nobody waits for it any more.
if (controller.signal.aborted) process.exit()

async function stop(): Promise<void> {
  const { VcpError } = await import('@vcp/protocol')
  controller.abort(new VcpError('INTERRUPTED'))
}
