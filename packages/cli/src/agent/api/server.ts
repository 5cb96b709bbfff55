// The local API of an agent: HTTP over a socket that only its user can open.
import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { faultsOf, type Outcome, type Refusal, refuse, VcpError } from '@vcp/protocol'
import { type DetailPath, type Details, detailRoutes } from './details.ts'
import type { SocketPlace } from './socket-path.ts'
import { type AgentEvent, type AgentStatus, Control } from './status.ts'

/** What the API shows and steers. */
export interface Shown {
  status(): AgentStatus
  onEvent(listener: (event: AgentEvent) => void): () => void
  control(control: Control): Promise<Outcome<null>>
  readonly details: Details
}

export interface Api {
  readonly path: string
  /** Ends every stream and takes the socket away. */
  close(): Promise<void>
}

const bodyBytesMax = 4_096
/** A reader of events that is so far behind is let go. */
const behindBytesMax = 1_048_576

/** Fails with DATA_FOLDER_IN_USE where another agent answers. */
export async function openApi(place: SocketPlace, shown: Shown): Promise<Api> {
  await makeRoom(place)
  const server = createServer((request, response) => {
    answer(request, response, shown).catch((error: unknown) => {
      // The reader is gone; whoever asks again is answered.
      if (!response.destroyed) throw error
    })
  })
  await listen(server, place.path)
  return {
    path: place.path,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Only its own user may open it, from the moment it is there. */
function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177)
  try {
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => reject(unusable(path, cause)))
      server.listen(path, () => {
        if (process.platform !== 'win32') chmodSync(path, 0o600)
        resolve()
      })
    })
  } finally {
    process.umask(before)
  }
}

/** A socket that nobody answers at is what a crash has left. */
async function makeRoom({ path, folder }: SocketPlace): Promise<void> {
  if (process.platform === 'win32') return
  if (folder !== null) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { uid, mode } = statSync(folder)
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
      throw unusable(folder, new Error('others can reach the folder'))
    }
  }
  if (!(await isAnswered(path))) return rmSync(path, { force: true })
  throw new VcpError('DATA_FOLDER_IN_USE', {
    message: `another agent answers at ${path}`,
    hint: 'Look at it with `vcp node status`; end it with `vcp node stop`.',
  })
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function unusable(path: string, cause: Error): VcpError {
  const message = `the socket ${path} cannot be opened: ${cause.message}`
  return new VcpError('DATA_FOLDER_UNUSABLE', { message, cause })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  shown: Shown,
): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /status':
      return json(response, 200, shown.status())
    case 'GET /events':
      return streamEvents(response, shown)
    case 'POST /control': {
      const control = await controlIn(request)
      const told = control.ok ? await shown.control(control.value) : control
      return told.ok ? json(response, 200, shown.status()) : no(response, told)
    }
    default:
      if (request.method === 'GET' && isDetail(request.url)) {
        return json(response, 200, shown.details[request.url]())
      }
      return no(response, refuse('NOT_FOUND', `there is no ${request.method} ${request.url}`))
  }
}

function isDetail(path: string | undefined): path is DetailPath {
  return path !== undefined && Object.hasOwn(detailRoutes, path)
}

async function controlIn(request: IncomingMessage): Promise<Outcome<Control>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) return refuse('TOO_LARGE', `more than ${bodyBytesMax} bytes`)
    chunks.push(chunk)
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return refuse('REQUEST_MALFORMED', 'not JSON')
  }
  const read = Control.safeParse(value)
  return read.success
    ? { ok: true, value: read.data }
    : refuse('INVALID', faultsOf(read.error).join('; '))
}

/** NDJSON, until the reader or the agent ends. */
function streamEvents(response: ServerResponse, shown: Shown): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  const stop = shown.onEvent((event) => {
    response.write(`${JSON.stringify(event)}\n`)
    if (response.writableLength > behindBytesMax) response.destroy()
  })
  response.once('close', stop)
}

function no(response: ServerResponse, { code, reason }: Refusal): void {
  json(response, code === 'NOT_FOUND' ? 404 : 400, { error: code, message: reason })
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}
