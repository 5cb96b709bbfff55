import { type Rates, standardRates } from './rate-limiter.ts'

export interface HttpOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Addresses of proxies whose word on the client's address is taken; none by default. */
  readonly trustedProxies: readonly string[]
  /** Origins of web pages that may call; none by default. */
  readonly corsOrigins: readonly string[]
  readonly rates: Rates
  readonly timeouts: Timeouts
  readonly connectionsMax: number
  /** Streams of events: in all, and of one account. */
  readonly streamsMax: number
  readonly streamsPerAccountMax: number
  /** Whether answers are held against their schemas: in tests and while developing. */
  readonly checkAnswers: boolean
}

export interface Timeouts {
  /** For all headers of a request. */
  readonly headersMs: number
  /** For a whole request; long enough for the largest blob over a slow line. */
  readonly requestMs: number
  /** For a JSON body. */
  readonly bodyMs: number
  /** Between requests on one connection. */
  readonly keepAliveMs: number
  /** How often late requests are looked for. */
  readonly lookMs: number
  /** Between signs of life on a stream of events; who reads nothing for two of them is cut off. */
  readonly heartbeatMs: number
  /** For requests under way when the server stops. */
  readonly stopMs: number
}

export const standardTimeouts: Timeouts = {
  headersMs: 10_000,
  requestMs: 300_000,
  bodyMs: 15_000,
  keepAliveMs: 30_000,
  lookMs: 2_000,
  heartbeatMs: 15_000,
  stopMs: 10_000,
}

export const standardHttp: HttpOptions = {
  host: '127.0.0.1',
  port: 8420,
  trustedProxies: [],
  corsOrigins: [],
  rates: standardRates,
  timeouts: standardTimeouts,
  connectionsMax: 10_000,
  streamsMax: 1_000,
  streamsPerAccountMax: 10,
  checkAnswers: false,
}
