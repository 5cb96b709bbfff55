// What an agent says of itself, asked at its socket as `vcp node status` asks.
import { request } from 'node:http'

export interface NodeStatus {
  readonly coordinators: readonly { readonly state: string }[]
  readonly tasks: readonly { readonly task_id: string; readonly stage: string }[]
  readonly reports_waiting: number
  readonly trouble: { readonly code: string } | null
  readonly tally: Readonly<Record<string, unknown>>
}

/** Null where nobody answers, or not within two seconds. */
export function statusOf(socketPath: string): Promise<NodeStatus | null> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/status', timeout: 2_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('error', () => resolve(null))
      response.on('end', () => resolve(JSON.parse(text) as NodeStatus))
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(null))
    asked.end()
  })
}
