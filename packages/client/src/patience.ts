// When to ask again. A coordinator that asks for patience recorded nothing and says how long; one
// that is silent may have recorded all of it, so that only what does no harm twice is sent twice.
import { VcpError } from '@vcp/protocol'
import type { Pace } from './pace.ts'

export interface Patience {
  readonly pace: Pace
  /** How long a silent coordinator is tried again before that is a failure. */
  readonly silenceMs: number
  /** Told before each wait, so that somebody can be told why. */
  onWait(error: VcpError, ms: number): void
  /** Spreads out those that were cut off at once: 0 to 1. */
  chance(): number
}

export interface Attempt {
  readonly isIdempotent: boolean
  readonly signal: AbortSignal
}

const firstWaitMs = 100
const waitMsMax = 5_000
const askedWaitMsMax = 3_600_000

/** Does the work, again where that may go better and does no harm. */
export async function patiently<T>(
  { pace, silenceMs, onWait, chance }: Patience,
  { isIdempotent, signal }: Attempt,
  work: () => Promise<T>,
): Promise<T> {
  const beganMs = pace.nowMs()
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted || !(error instanceof VcpError)) throw error
      const backOffMs = Math.min(waitMsMax, firstWaitMs * 2 ** attempt) * (0.5 + chance() / 2)
      const ms = waitFor(error, backOffMs, isIdempotent)
      const isPatient =
        error.code === 'RATE_LIMITED' || pace.nowMs() - beganMs + (ms ?? 0) <= silenceMs
      if (ms === null || !isPatient) throw error
      onWait(error, ms)
      await pace.wait(ms, signal)
    }
  }
}

/** How long to wait before another try; null where there is to be none. */
function waitFor({ code, details }: VcpError, backOffMs: number, again: boolean): number | null {
  switch (code) {
    case 'RATE_LIMITED':
    case 'OVERLOADED':
    case 'COORDINATOR_STOPPING': {
      const asked = Number(details['retry_after_seconds'] ?? 0) * 1_000
      return Math.min(askedWaitMsMax, Math.max(asked, backOffMs))
    }
    case 'COORDINATOR_UNREACHABLE':
      return again ? backOffMs : null
    default:
      return null
  }
}
