import { createServer } from 'node:net'
import { bad, type Check, ok, type Verdict } from '../check.ts'
import { type Occupant, occupantOf } from '../occupant.ts'

export const ports: Check = {
  name: 'ports',
  about: 'whether other nodes can dial node.listen_port',
  async run({ settings, platform }) {
    const port = settings['node.listen_port']
    const local = localPort(settings['coordinator.url'])
    if (local === port) {
      return bad(
        `node.listen_port is ${port}, the port of the coordinator on this machine`,
        'Set another: `vcp config set node.listen_port <port>`.',
        { port, coordinator_port: local },
      )
    }
    if (port === 0) return ok('node.listen_port is any that is free', { port })
    const failure = await tryToListen(port)
    if (failure === null) return ok(`port ${port} is free (TCP, all addresses)`, { port })
    const occupant = failure === 'EADDRINUSE' && platform === 'linux' ? occupantOf(port) : null
    return refusal(port, failure, occupant)
  },
}

function refusal(port: number, failure: string, occupant: Occupant | null): Verdict {
  const figures = { port, failure, pid: occupant?.pid ?? null, process: occupant?.name ?? null }
  const other = 'set another: `vcp config set node.listen_port <port>`.'
  if (failure === 'EACCES') {
    return bad(
      `port ${port} is reserved for the administrator`,
      `Take one above 1023: ${other}`,
      figures,
    )
  }
  if (failure !== 'EADDRINUSE') {
    return bad(
      `port ${port} cannot be opened: ${failure}`,
      `Correct the network, or ${other}`,
      figures,
    )
  }
  if (occupant?.isNode === true) {
    return ok(
      `port ${port} is held by a vcp node of this machine, process ${occupant.pid}`,
      figures,
    )
  }
  const by = occupant === null ? 'another program' : `${occupant.name}, process ${occupant.pid}`
  return bad(`port ${port} is in use by ${by}`, `Stop that program, or ${other}`, figures)
}

/** Null when it works; otherwise the system's code of the failure. */
function tryToListen(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () =>
      server.close(() => resolve(null)),
    )
  })
}

/** The port of a coordinator that runs, or would run, on this machine. */
function localPort(url: string): number | null {
  const { hostname, port, protocol } = new URL(url)
  if (!/^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(hostname)) return null
  return Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port)
}
