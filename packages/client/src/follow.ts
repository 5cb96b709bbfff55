// What happens at a coordinator, as it happens, for as long as somebody wants to hear it: a stream
// that breaks is opened again where it ended.
import { LedgerEntry, type LedgerEventType, VcpError } from '@vcp/protocol'
import type { Connection } from './connection.ts'
import { readEvents } from './event-stream.ts'
import { misbehaved } from './refusal.ts'

/**
 * An entry that concerns this account, or `look`: something may have happened that is not told.
 * It comes first of all, when the stream is open, and after every time that it could not be.
 */
export type Heard = LedgerEntry | 'look'

const waitMsMin = 250
const waitMsMax = 10_000

/** `types`: of these only; entries of any where nothing is said. */
export async function* follow(
  connection: Connection,
  signal: AbortSignal,
  types: readonly LedgerEventType[] = [],
): AsyncGenerator<Heard> {
  const query = types.length === 0 ? {} : { types: types.join() }
  let last: string | null = null
  for (let failures = 0; !signal.aborted; ) {
    try {
      const headers = last === null ? {} : { 'last-event-id': last }
      const reply = await connection.open('events', { query, headers, signal })
      // Where nothing was heard before, what happened until now is not told.
      if (last === null || failures > 0) yield 'look'
      failures = 0
      for await (const event of readEvents(reply.bytes)) {
        if (event === null) continue
        yield entryOf(connection, event.data)
        last = event.id ?? last
      }
    } catch (error) {
      if (signal.aborted) break
      if (!isPassing(error)) throw error
      failures += 1
      yield 'look'
    }
    const ms = Math.min(waitMsMax, waitMsMin * 2 ** failures)
    await connection.pace.wait(ms, signal).catch(() => {
      // Aborted: the loop ends.
    })
  }
}

/** Others may use up what streams there are, and a coordinator may be away for a moment. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof VcpError)) return false
  return passing.has(error.code)
}

const passing: ReadonlySet<string> = new Set<VcpError['code']>([
  'COORDINATOR_UNREACHABLE',
  'COORDINATOR_STOPPING',
  'OVERLOADED',
  'RATE_LIMITED',
])

function entryOf(connection: Connection, data: string): LedgerEntry {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch (cause) {
    throw misbehaved(connection.url, 'an event is not JSON', cause)
  }
  const entry = LedgerEntry.safeParse(value)
  if (entry.success) return entry.data
  throw misbehaved(connection.url, 'an event is no entry of a log', entry.error)
}
