// Figures for Prometheus. Labels are names of routes and classes of status, never anything that a
// request brought along: what strangers can invent must not become a time series.
import type { RateClass, RouteName } from '@vcp/protocol'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface HttpMetrics {
  readonly registry: Registry
  answered(route: RouteName | 'none', status: number, seconds: number): void
  limited(rateClass: RateClass): void
  /** Streams of events that are open. */
  streams(open: number): void
}

/** A figure of another part of the coordinator, asked for when it is wanted. */
export interface FigureOf {
  readonly name: string
  readonly help: string
  /** By the value of `label`; the label's values must be few and known. */
  readonly label?: string
  read(): number | Readonly<Record<string, number>>
}

export function createMetrics(figures: readonly FigureOf[] = []): HttpMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'vcp_' })
  const requests = new Counter({
    name: 'vcp_http_requests_total',
    help: 'Requests answered, by route and class of status.',
    labelNames: ['route', 'status'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'vcp_http_request_seconds',
    help: 'Time from the headers of a request to the end of its answer, by route.',
    labelNames: ['route'] as const,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  const limited = new Counter({
    name: 'vcp_http_rate_limited_total',
    help: 'Requests refused for coming too fast, by class.',
    labelNames: ['class'] as const,
    registers,
  })
  const streams = new Gauge({
    name: 'vcp_http_event_streams',
    help: 'Streams of events that are open.',
    registers,
  })
  for (const figure of figures) addFigure(registry, figure)
  return {
    registry,
    answered(route, status, took) {
      requests.inc({ route, status: `${Math.floor(status / 100)}xx` })
      seconds.observe({ route }, took)
    },
    limited: (rateClass) => limited.inc({ class: rateClass }),
    streams: (open) => streams.set(open),
  }
}

function addFigure(registry: Registry, { name, help, label, read }: FigureOf): void {
  new Gauge({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    collect() {
      const value = read()
      if (typeof value === 'number') this.set(value)
      else if (label !== undefined) {
        for (const [key, count] of Object.entries(value)) this.set({ [label]: key }, count)
      }
    },
  })
}
