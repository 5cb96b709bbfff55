// A coordinator and nodes as processes, each in a folder of its own, that can be harmed one by one
// and started again in their place.
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { apiKey, type Connection, connect, password } from '@vcp/client'
import { openTcpProxy, type TcpProxy } from '../faults/tcp-proxy.ts'
import { type Program, startCoordinatorProgram, startVcp } from './program.ts'

export interface NetworkOptions {
  readonly folder: string
  /** By which lines go bad. */
  chance(): number
  /** Whether peers are told where the coordinator is; otherwise it is found by bad lines alone. */
  readonly isAnnounced?: boolean
}

export interface CoordinatorAtWork {
  readonly url: string
  readonly peerId: string
  readonly logKey: string
  readonly meshPort: number
  /** The one that runs now, or ran last. */
  readonly program: Program
  /** In its place again, after it ended; elsewhere where other ports are named. */
  start(ports?: Ports): Promise<void>
}

export interface NodeAtWork {
  readonly name: string
  readonly dataDir: string
  readonly peerId: string
  /** Where it answers questions about itself. */
  readonly socket: string
  readonly program: Program
  /** The line between it and the coordinator. */
  readonly line: TcpProxy
  start(): Promise<void>
}

export interface NodeOptions {
  /** In place of a folder beside the others. */
  readonly dataDir?: string
  /** Where it looks for the coordinator, in place of the end of its line. */
  readonly place?: string
  readonly more?: readonly string[]
}

export interface Network {
  readonly coordinator: CoordinatorAtWork
  readonly nodes: readonly NodeAtWork[]
  /** Of an administrator; patient with a coordinator that is away. */
  readonly connection: Connection
  readonly apiKey: string
  /** Where programs put what they need for a while. */
  readonly temporary: string
  /** Resolves when it has joined. */
  addNode(name: string, options?: NodeOptions): Promise<NodeAtWork>
  /** Tells everybody to end, and kills who does not; the answer is who had to be killed. */
  stop(): Promise<readonly string[]>
}

interface Ports {
  readonly http: number
  readonly mesh: number
}

const patienceMs = 60_000
const graceMs = 15_000

const roomy = ['auth', 'nodes', 'tasks', 'general'].flatMap((name) => [
  ...['--set', `rates.${name}.per_minute=1000000000`],
  ...['--set', `rates.${name}.burst=1000000000`],
])

export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { folder, chance } = options
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const env = { TMPDIR: temporary }
  const opened = await openCoordinator(options, env)
  const { coordinator } = opened
  const key = await becomeAdministrator(coordinator.url, opened.setupToken)
  const credentials = apiKey(key)
  const connection = connect({ url: coordinator.url, credentials, silenceMs: patienceMs })
  const nodes: NodeAtWork[] = []

  return {
    coordinator,
    nodes,
    connection,
    apiKey: key,
    temporary,
    async addNode(name, { dataDir = join(folder, name), place, more = [] } = {}) {
      const target = { host: '127.0.0.1', port: coordinator.meshPort }
      const line = await openTcpProxy(target, chance)
      const at = place ?? `/ip4/127.0.0.1/tcp/${line.port}/p2p/${coordinator.peerId}`
      const argv = ['--data-dir', dataDir, '--coordinator', at, ...more]
      const node = await openNode({ name, dataDir, line, argv, env })
      nodes.push(node)
      return node
    },
    async stop() {
      const killed = await Promise.all(
        nodes.map(({ name, program }) => endsInTime(name, program, 'SIGTERM')),
      )
      await Promise.all(nodes.map(({ line }) => line.close()))
      await connection.close()
      killed.push(await endsInTime('coordinator', coordinator.program, 'SIGTERM'))
      return killed.flat()
    },
  }
}

/** Removes the folder of a network that has ended. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
}

// What peers tell each other leads nowhere: who would reach it goes by its own bad line.
const unannounced = ['mesh.announce=/ip4/127.0.0.1/tcp/1', 'mesh.profile=loopback']

async function openCoordinator(
  { folder, isAnnounced = false }: NetworkOptions,
  env: Readonly<Record<string, string>>,
) {
  const told = isAnnounced ? [] : unannounced.flatMap((one) => ['--set', one])
  let ports: Ports = { http: await freePort(), mesh: await freePort() }
  const begin = () =>
    startCoordinatorProgram(
      [
        ...['--data-dir', join(folder, 'coordinator'), '--http-port', String(ports.http)],
        ...['--listen', `/ip4/127.0.0.1/tcp/${ports.mesh}`],
        ...told,
        ...['--set', 'accounts.credits_micro=1000000000000'],
        ...['--set', 'journal.keep_state_every=1000', ...roomy],
      ],
      { env },
    )
  let program = begin()
  const first = await program.first
  const { peer_id } = first['mesh'] as { readonly peer_id: string }
  const coordinator: CoordinatorAtWork = {
    get url() {
      return `http://127.0.0.1:${ports.http}`
    },
    peerId: peer_id,
    logKey: String(first['log_key']),
    get meshPort() {
      return ports.mesh
    },
    get program() {
      return program
    },
    async start(elsewhere) {
      ports = elsewhere ?? ports
      program = begin()
      await program.first
    },
  }
  return { coordinator, setupToken: String(first['setup_token']) }
}

interface NodeParts {
  readonly name: string
  readonly dataDir: string
  readonly line: TcpProxy
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

async function openNode({ name, dataDir, line, argv, env }: NodeParts): Promise<NodeAtWork> {
  const words = ['node', 'start', '--json', '--headless', '--name', name, '--tasks', '2']
  const begin = () => startVcp([...words, '--listen', '/ip4/127.0.0.1/tcp/0', ...argv], { env })
  let program = begin()
  const { peer_id, socket } = await program.first
  return {
    name,
    dataDir,
    peerId: String(peer_id),
    socket: String(socket),
    get program() {
      return program
    },
    line,
    async start() {
      program = begin()
      await program.first
    },
  }
}

async function becomeAdministrator(url: string, setupToken: string): Promise<string> {
  const who = { username: 'root_1', password: 'correct horse' }
  const connection = connect({ url, credentials: password(who.username, who.password) })
  try {
    await connection.ask('register', { body: { ...who, setup_token: setupToken } })
    const scopes = ['nodes:read', 'tasks:read', 'tasks:write', 'ledger:read', 'admin'] as const
    const made = await connection.ask('createApiKey', {
      body: { name: 'faults', scopes: [...scopes] },
    })
    return made.api_key
  } finally {
    await connection.close()
  }
}

async function endsInTime(
  name: string,
  program: Program,
  signal: NodeJS.Signals,
): Promise<readonly string[]> {
  if (program.end !== null) return []
  program.signal('SIGCONT')
  program.signal(signal)
  const late = AbortSignal.timeout(graceMs)
  const isLate = once(late, 'abort').then(() => true)
  const mustBeKilled = await Promise.race([program.ended.then(() => false), isLate])
  if (!mustBeKilled) return []
  await program.kill()
  return [name]
}

/** A port that nobody has; whoever asks next is given another one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
