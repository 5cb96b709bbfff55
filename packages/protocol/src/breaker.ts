// The circuit breaker: stops a node before harm is done, and lets it back carefully. Closed: works.
// Open: takes nothing, until every reading is well below its limit and the rest time is over.
// Half-open: takes one probe task; its success closes the breaker, anything else opens it again.
import * as z from 'zod'

export const BreakerState = z.enum(['closed', 'open', 'half_open'])
export type BreakerState = z.infer<typeof BreakerState>

/** Why a breaker is open: what was measured, and the limit it passed. */
export const BreakerTrip = z.strictObject({
  cause: z.enum(['temperature', 'latency', 'errors', 'probe_failed']),
  measured: z.number().nullable(),
  limit: z.number().nullable(),
})
export type BreakerTrip = z.infer<typeof BreakerTrip>

/** A breaker opens above a limit and closes only below a lower one, so that it does not flutter. */
export interface BreakerPolicy {
  readonly temperatureOpenC: number
  readonly temperatureCloseC: number
  readonly latencyOpenMs: number
  readonly latencyCloseMs: number
  readonly consecutiveErrorsOpen: number
  /** How long an open breaker rests before it may try a probe task. */
  readonly restMs: number
}

export const defaultBreakerPolicy: BreakerPolicy = {
  temperatureOpenC: 85,
  temperatureCloseC: 80,
  latencyOpenMs: 100,
  latencyCloseMs: 80,
  consecutiveErrorsOpen: 25,
  restMs: 30_000,
}

export interface Breaker {
  readonly state: BreakerState
  readonly reason: BreakerTrip | null
  readonly sinceMs: number
}

/** What the breaker looks at. Null: unknown; it neither trips a breaker nor lets one close. */
export interface BreakerReading {
  readonly atMs: number
  readonly temperatureC: number | null
  readonly latencyMs: number | null
  readonly consecutiveErrors: number
}

export function closedBreaker(atMs: number): Breaker {
  return { state: 'closed', reason: null, sinceMs: atMs }
}

/** The breaker after a reading. */
export function readBreaker(
  breaker: Breaker,
  reading: BreakerReading,
  policy: BreakerPolicy = defaultBreakerPolicy,
): Breaker {
  const trip = tripOf(breaker, reading, policy)
  if (breaker.state === 'open') {
    const isRested = reading.atMs - breaker.sinceMs >= policy.restMs
    if (trip !== null || !isRested || !hasRecovered(breaker, reading, policy)) return breaker
    return { state: 'half_open', reason: breaker.reason, sinceMs: reading.atMs }
  }
  if (trip === null) return breaker
  return { state: 'open', reason: trip, sinceMs: reading.atMs }
}

/** The breaker after the probe task of its half-open state has ended; otherwise unchanged. */
export function probeEnded(breaker: Breaker, succeeded: boolean, atMs: number): Breaker {
  if (breaker.state !== 'half_open') return breaker
  if (succeeded) return closedBreaker(atMs)
  const reason: BreakerTrip = { cause: 'probe_failed', measured: null, limit: null }
  return { state: 'open', reason, sinceMs: atMs }
}

/** How many more tasks a node may take, given how many it has. */
export function admits(breaker: Breaker, openAssignments: number): boolean {
  if (breaker.state === 'closed') return true
  return breaker.state === 'half_open' && openAssignments === 0
}

/** A condition for people: `temperature 91 is above 85`. */
export function describeTrip({ cause, measured, limit }: BreakerTrip): string {
  if (cause === 'probe_failed') return 'the probe task failed'
  if (cause === 'errors') return `${measured} errors in a row (limit ${limit})`
  const unit = cause === 'temperature' ? ' °C' : ' ms'
  return `${cause} ${measured}${unit} is above ${limit}${unit}`
}

function tripOf(
  breaker: Breaker,
  { temperatureC, latencyMs, consecutiveErrors }: BreakerReading,
  policy: BreakerPolicy,
): BreakerTrip | null {
  if (temperatureC !== null && temperatureC > policy.temperatureOpenC) {
    return { cause: 'temperature', measured: temperatureC, limit: policy.temperatureOpenC }
  }
  if (latencyMs !== null && latencyMs > policy.latencyOpenMs) {
    return { cause: 'latency', measured: latencyMs, limit: policy.latencyOpenMs }
  }
  // Errors are past: they trip a closed breaker, and the probe task is what clears them.
  if (breaker.state === 'closed' && consecutiveErrors >= policy.consecutiveErrorsOpen) {
    return { cause: 'errors', measured: consecutiveErrors, limit: policy.consecutiveErrorsOpen }
  }
  return null
}

/** Whether what tripped the breaker is now known to be well; other unknowns do not matter. */
function hasRecovered(
  { reason }: Breaker,
  { temperatureC, latencyMs }: BreakerReading,
  policy: BreakerPolicy,
): boolean {
  const isCool = temperatureC !== null && temperatureC < policy.temperatureCloseC
  const isQuick = latencyMs !== null && latencyMs < policy.latencyCloseMs
  if (reason?.cause === 'temperature') return isCool && (latencyMs === null || isQuick)
  if (reason?.cause === 'latency') return isQuick && (temperatureC === null || isCool)
  return (temperatureC === null || isCool) && (latencyMs === null || isQuick)
}
