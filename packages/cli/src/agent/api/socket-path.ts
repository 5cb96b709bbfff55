// Where the local API of an agent is: in its data folder, unless that is too deep for a socket.
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly uid: number | null
}

export interface SocketPlace {
  readonly path: string
  /** A folder for sockets alone, to be made 0700 first; null: it is the data folder. */
  readonly folder: string | null
}

/** `sun_path` has 108 bytes on Linux and 104 elsewhere, the last one zero. */
const pathBytesMax = 103

export function socketPlace(dataDir: string, { platform, env, uid }: Surroundings): SocketPlace {
  const folder = resolve(dataDir)
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  if (platform === 'win32') return { path: `\\\\.\\pipe\\vcp-agent-${name}`, folder: null }
  const path = join(folder, 'agent.sock')
  if (Buffer.byteLength(path) <= pathBytesMax) return { path, folder: null }
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  // A folder of another user there is no danger: what is not ours alone is refused.
  const short = runtime === '' ? join(tmpdir(), `vcp-${uid ?? 'user'}`) : join(runtime, 'vcp')
  return { path: join(short, `${name}.sock`), folder: short }
}

export function surroundings(env: Surroundings['env']): Surroundings {
  return { platform: process.platform, env, uid: process.getuid?.() ?? null }
}
