// What a node says in a round of secure aggregation goes to the coordinator that it has joined, as
// often as it takes. A coordinator that was lost on the way is asked again where it comes back.
import type { Streams } from '@vcp/mesh'
import { type Outcome, type SecureAnswer, secureProtocol, VcpError } from '@vcp/protocol'
import type { RoundLine } from '../runner/run-secure-round.ts'
import type { Link } from './link.ts'
import { isPassing } from './outbox.ts'
import { pause, type Timers } from './timers.ts'

export interface RoundLineParts {
  readonly streams: Pick<Streams, 'ask'>
  readonly link: Pick<Link, 'joined'>
  readonly timers: Timers
}

const firstWaitMs = 100
const lastWaitMs = 5_000

export function createRoundLine({ streams, link, timers }: RoundLineParts): RoundLine {
  return {
    async ask(ask, signal) {
      for (let waitMs = firstWaitMs; ; waitMs = Math.min(lastWaitMs, 2 * waitMs)) {
        const stay = await link.joined(signal)
        const answer = await answered(() => {
          return streams.ask(
            stay.peerId,
            secureProtocol,
            ask,
            AbortSignal.any([signal, stay.signal]),
          )
        })
        signal.throwIfAborted()
        if (answer !== null && (answer.ok || !isPassing(answer.code))) return answer
        await pause(timers, timers.jittered(waitMs), signal)
      }
    },
  }
}

/** Null where nobody knows whether it was heard. */
async function answered(
  ask: () => Promise<Outcome<SecureAnswer>>,
): Promise<Outcome<SecureAnswer> | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof VcpError || isAbort(error)) return null
    throw error
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
