// Figures for Prometheus, on loopback, for whoever asked for them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VcpError } from '@vcp/protocol'
import type { AgentStatus } from '../api/status.ts'

export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

export interface MetricsParts {
  readonly port: number
  status(): AgentStatus
  /** What the mesh dropped, refused or cut, by what it was. */
  counters(): Readonly<Record<string, number>>
}

export async function serveMetrics({ port, ...parts }: MetricsParts): Promise<MetricsServer> {
  const text = await metricsText(parts)
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    text().then(({ type, body }) => response.writeHead(200, { 'content-type': type }).end(body))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unusable(port, cause)))
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function unusable(port: number, cause: Error): VcpError {
  const message = `the port ${port} for figures cannot be opened: ${cause.message}`
  return new VcpError('LISTEN_FAILED', {
    message,
    hint: 'Choose another with --metrics-port, or leave it out.',
    cause,
  })
}

/** Figures that are one number. */
const plain: Readonly<Record<string, readonly [string, (status: AgentStatus) => number | null]>> = {
  vcp_node_joined: [
    'whether a coordinator is joined',
    ({ coordinators }) => (coordinators.some(({ state }) => state === 'joined') ? 1 : 0),
  ],
  vcp_node_uptime_seconds: ['since the agent was started', (status) => status.uptime_ms / 1_000],
  vcp_node_tasks: ['tasks that are held', ({ tasks }) => tasks.length],
  vcp_node_tasks_max: ['tasks that are taken at a time', (status) => status.tasks_max],
  vcp_node_reports_waiting: ['reports not settled', (status) => status.reports_waiting],
  vcp_node_latency_seconds: [
    'round trip to the coordinator',
    ({ latency_ms: ms }) => (ms === null ? null : ms / 1_000),
  ],
  vcp_node_temperature_celsius: [
    'of the processor',
    ({ machine }) => machine?.temperature_c ?? null,
  ],
  vcp_node_cpu_percent: ['use of all cores', ({ machine }) => machine?.cpu_percent ?? null],
  vcp_node_store_bytes: ['bytes of blobs', ({ store }) => store.bytes],
  vcp_node_store_pinned_bytes: ['of blobs that are pinned', ({ store }) => store.pinned_bytes],
  vcp_node_accepted_total: ['offers accepted', ({ tally }) => tally.accepted],
  vcp_node_finished_total: ['runs that came to their end', ({ tally }) => tally.finished],
  vcp_node_failed_total: ['runs that came to nothing', ({ tally }) => tally.failed],
  vcp_node_delivered_total: ['results that the coordinator has', ({ tally }) => tally.delivered],
}

/** Figures with one label. */
const labelled: Readonly<
  Record<
    string,
    readonly [string, string, (status: AgentStatus) => Readonly<Record<string, number>>]
  >
> = {
  vcp_node_declined_total: ['offers declined', 'reason', ({ tally }) => tally.declined],
  vcp_node_refused_total: ['reports refused for good', 'code', ({ tally }) => tally.refused],
  vcp_node_mode: ['1 for the mode it is in', 'mode', ({ mode }) => ({ [mode]: 1 })],
}

async function metricsText({ status, counters }: Omit<MetricsParts, 'port'>) {
  // 15 ms to load, for those alone who want it.
  const { collectDefaultMetrics, Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  for (const [name, [help, read]] of Object.entries(plain)) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        // What is not known is no number: 0 would be one.
        this.set(read(status()) ?? Number.NaN)
      },
    })
  }
  const many = [
    ...Object.entries(labelled).map(([name, [help, label, read]]) => {
      return { name, help, label, read: () => read(status()) }
    }),
    { name: 'vcp_mesh_total', help: 'what the mesh counted', label: 'what', read: counters },
  ]
  for (const { name, help, label, read } of many) {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [key, value] of Object.entries(read())) this.set({ [label]: key }, value)
      },
    })
  }
  return async () => ({ type: registry.contentType, body: await registry.metrics() })
}
