// The coordinator as a program. stdout has one line, once it listens: where, who may come in, and
// how to become its first administrator. All else is talk, on stderr, a line of JSON each.
import { VcpError } from '@vcp/protocol'
import { readCommandLine } from './config/command-line.ts'
import { readValues } from './config/read-values.ts'
import type { LogLine } from './http/log.ts'
import type { Coordinator } from './server.ts'
import { newcomersOf, start } from './start.ts'

function talk({ level, message, fields }: LogLine): void {
  const line = { at: new Date().toISOString(), level, message, ...fields }
  process.stderr.write(`${JSON.stringify(line)}\n`)
}

async function main(): Promise<number> {
  // What it writes is for its own user: there are password hashes in it.
  process.umask(0o077)
  const { dataDir, file, flags } = readCommandLine(process.argv.slice(2), process.env)
  const values = readValues({ flags, env: process.env, file })
  const coordinator = await start({ dataDir, values, talk })
  const { url, mesh, logKey, setupToken } = coordinator
  const started = {
    url,
    mesh: mesh === null ? null : { peer_id: mesh.peerId, addresses: mesh.addresses() },
    log_key: logKey,
    setup_token: setupToken,
    newcomers: newcomersOf(values),
  }
  process.stdout.write(`${JSON.stringify(started)}\n`)
  return untilStopped(coordinator)
}

/**
 * The first signal lets requests end; the second does not wait. That whoever started it is gone,
 * where there is a channel to see it by, is a signal too: nobody else would stop it.
 */
async function untilStopped(coordinator: Coordinator): Promise<number> {
  const signalled = new Promise<null>((resolve) => {
    let isStopping = false
    for (const signal of ['SIGINT', 'SIGTERM', 'disconnect']) {
      process.on(signal, () => {
        if (isStopping) process.exit(130)
        isStopping = true
        resolve(null)
      })
    }
    process.channel?.unref()
    // It may have gone before anybody listened.
    if (process.connected === false) process.emit('disconnect')
  })
  const failure = await Promise.race([signalled, coordinator.ended])
  if (failure === null) talk({ level: 'info', message: 'stopping', fields: {} })
  else render(failure)
  await coordinator.stop()
  return failure === null ? 0 : failure.exitCode
}

function render(error: unknown): void {
  const failure = error instanceof VcpError ? error : new VcpError('INTERNAL', { cause: error })
  const { code, message, hint, details } = failure
  const stack = failure.code === 'INTERNAL' ? { stack: (error as Error).stack } : {}
  talk({ level: 'error', message, fields: { code, hint, details, ...stack } })
}

process.stderr.on('error', () => {
  // Talk that nobody reads any more is no reason to end: whoever read it may be gone.
})

try {
  process.exitCode = await main()
} catch (error) {
  render(error)
  process.exitCode = error instanceof VcpError ? error.exitCode : 1
}
