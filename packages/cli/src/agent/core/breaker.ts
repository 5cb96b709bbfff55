// The circuit breaker at work: readings and errors open it, one probe task closes it.
import { type Breaker, probeEnded, readBreaker } from '@vcp/protocol'
import type { Lease } from './records.ts'
import type { Turn } from './turn.ts'

/** A run of this machine has shown whether it works. */
export function probeEndedWith(turn: Turn, { isProbe }: Lease, succeeded: boolean): void {
  const { state } = turn
  const inARow = succeeded ? 0 : state.errorsInARow + 1
  if (inARow !== state.errorsInARow) turn.emit({ type: 'errors-counted', inARow })
  if (isProbe) change(turn, probeEnded(state.breaker, succeeded, turn.atMs))
  if (!succeeded) readAgain(turn)
}

/** Looks at what was measured last, and at the errors. */
export function readAgain(turn: Turn): void {
  const { breaker, reading, errorsInARow, settings } = turn.state
  const seen = {
    atMs: turn.atMs,
    temperatureC: reading?.telemetry.temperature_c ?? null,
    latencyMs: reading?.telemetry.latency_ms ?? null,
    consecutiveErrors: errorsInARow,
  }
  change(turn, readBreaker(breaker, seen, settings.breaker))
}

function change(turn: Turn, breaker: Breaker): void {
  if (breaker !== turn.state.breaker) turn.emit({ type: 'breaker-changed', breaker })
}
