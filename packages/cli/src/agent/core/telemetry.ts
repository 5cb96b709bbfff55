// What the node says of itself every few seconds: what was measured, and what the core knows.
import type { Telemetry } from '@vcp/protocol'
import type { State } from './state.ts'

/** Null until something has been measured. */
export function telemetryOf({ reading, errorsInARow, leases, breaker }: State): Telemetry | null {
  if (reading === null) return null
  return {
    ...reading.telemetry,
    consecutive_errors: errorsInARow,
    open_assignments: leases.size,
    breaker: { state: breaker.state, reason: breaker.reason },
  }
}
