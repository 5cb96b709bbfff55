// Goes through the list of coordinators until one takes the node, stays there, and begins again
// when it is lost: with the same one, then with the next.
import { type ErrorCode, type Refusal, VcpError } from '@vcp/protocol'
import type { Log } from '../log/log.ts'
import type { Place } from './place.ts'
import type { Standings } from './standings.ts'
import type { StayEnd } from './stay.ts'
import { pause, type Timers } from './timers.ts'

export interface SeekParts {
  readonly places: readonly Place[]
  readonly standings: Standings
  readonly timers: Timers
  readonly log: Log
  readonly signal: AbortSignal
  /** Joins the coordinator there and stays; resolves when that is over. */
  visit(place: Place): Promise<StayEnd | Refusal>
  /** None of the list is in reach. */
  parted(): Promise<unknown>
}

const firstWaitMs = 250
const lastWaitMs = 30_000
/** A shorter stay is no success: a coordinator that falls over again and again is not hurried. */
const shortMs = 5_000

/** Goes on until the signal; fails where nothing will change by trying again. */
export async function seek(parts: SeekParts): Promise<never> {
  const { places, standings, timers, log, signal } = parts
  let [at, failures, waitMs] = [0, 0, firstWaitMs]
  let isParted = false
  let hasJoined = false
  for (;;) {
    const place = places[at % places.length]
    if (place === undefined) throw new VcpError('CONFIG_VALUE_INVALID', { message: noPlace })
    const beganMs = timers.nowMs()
    const end = await endOf(parts, place)
    signal.throwIfAborted()
    if ('why' in end) {
      hasJoined = true
      isParted = false
      failures = 0
      if (timers.nowMs() - beganMs > shortMs) waitMs = firstWaitMs
      standings.lost(place, end.why)
      log({ level: 'warning', message: 'the coordinator is lost', fields: { why: end.why } })
    } else {
      const { error } = end
      if (error.code === 'NODE_KEY_IN_USE') throw error
      if (standings.failed(place, error)) {
        const fields = { coordinator: place.text, code: error.code, reason: error.message }
        log({ level: 'warning', message: 'no coordinator takes this node there', fields })
      }
      at += 1
      failures += 1
      if (failures % places.length !== 0) continue
      if (!hasJoined && standings.areAllFailedBy(finalCodes)) throw error
      if (!isParted) await parts.parted()
      isParted = true
    }
    await pause(timers, timers.jittered(waitMs), signal)
    waitMs = Math.min(lastWaitMs, 2 * waitMs)
  }
}

async function endOf({ visit, signal }: SeekParts, place: Place): Promise<StayEnd> {
  try {
    const end = await visit(place)
    return 'ok' in end ? { error: refusedAt(place, end) } : end
  } catch (error) {
    if (error instanceof VcpError) return { error }
    signal.throwIfAborted()
    throw error
  }
}

const noPlace = 'no coordinator is named'

/** Trying again does not help against these, as long as nobody changes anything. */
const finalCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BINDING_INVALID',
  'CONFLICT',
  'INVALID',
  'NOT_ALLOWED',
  'SIGNATURE_INVALID',
  'UNAUTHENTICATED',
])

function refusedAt({ text }: Place, { code, reason }: Refusal): VcpError {
  const message = `the coordinator at ${text} does not take this node: ${reason}`
  return new VcpError(code, { message, details: { coordinator: text } })
}
