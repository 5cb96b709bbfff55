// Asks the agent of a data folder, over its socket.
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import { type ErrorCode, errors, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { type DetailOf, type DetailPath, detailRoutes } from './details.ts'
import { type Surroundings, socketPlace, surroundings } from './socket-path.ts'
import { AgentEvent, AgentStatus, type Control } from './status.ts'

export interface AgentClient {
  /** Each fails with AGENT_NOT_RUNNING where nobody answers. */
  status(): Promise<AgentStatus>
  control(control: Control): Promise<AgentStatus>
  detail<Path extends DetailPath>(path: Path): Promise<DetailOf<Path>>
  /** Resolves when the agent listens to us; `ended` when it has ended, or the signal has. */
  events(
    onEvent: (event: AgentEvent) => void,
    signal: AbortSignal,
  ): Promise<{ readonly ended: Promise<void> }>
}

export function agentClient(dataDir: string, env: Surroundings['env']): AgentClient {
  const { path: socketPath } = socketPlace(dataDir, surroundings(env))
  const ask = (options: RequestOptions, body?: string) =>
    exchange(dataDir, { ...options, socketPath }, body)
  return {
    status: async () => AgentStatus.parse(await whole(await ask({ path: '/status' }))),
    async control(control) {
      const options = { path: '/control', method: 'POST' }
      return AgentStatus.parse(await whole(await ask(options, JSON.stringify(control))))
    },
    async detail(path) {
      const answer = detailRoutes[path].parse(await whole(await ask({ path })))
      return answer as DetailOf<typeof path>
    },
    async events(onEvent, signal) {
      const response = await ask({ path: '/events', signal })
      let rest = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) onEvent(AgentEvent.parse(JSON.parse(line)))
      })
      // However it ends, there is nothing more to come.
      response.on('error', () => response.destroy())
      return { ended: new Promise((resolve) => response.once('close', resolve)) }
    },
  }
}

function exchange(
  dataDir: string,
  options: RequestOptions,
  body?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(options, resolve)
    asked.once('error', (cause) => reject(notRunning(dataDir, cause)))
    asked.end(body)
  })
}

const Failure = z.object({
  error: z.string().refine((code): code is ErrorCode => Object.hasOwn(errors, code)),
  message: z.string(),
})

async function whole(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  if (response.statusCode === 200) return value
  const { error, message } = Failure.parse(value)
  throw new VcpError(error as ErrorCode, { message })
}

function notRunning(dataDir: string, cause: Error): VcpError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM') {
    return new VcpError('DATA_FOLDER_UNUSABLE', {
      message: `the agent of ${dataDir} is another user’s`,
      cause,
    })
  }
  return new VcpError('AGENT_NOT_RUNNING', {
    message: `no agent runs on ${dataDir}`,
    details: { folder: dataDir },
    cause,
  })
}
