// What a dashboard is on a terminal: a session that is shown, news that come in, wishes that are
// carried out, until somebody leaves.
import type { Host } from '../host.ts'
import type { Wish } from './look.ts'
import type { Subject } from './pane.ts'
import { createSession, type Session } from './session.ts'
import type { ScreenStreams } from './show.ts'

export interface OnScreen<Facts, Command> {
  readonly subject: Subject<Facts, Command>
  readonly facts: Facts
  readonly isReadonly: boolean
  readonly streams: ScreenStreams
  readonly host: Pick<Host, 'signal'>
  /** Carries it out, and says what came of it. */
  command(command: Command, session: Session<Facts>): Promise<void>
  /** Brings news until the signal. */
  follow(session: Session<Facts>, signal: AbortSignal): Promise<void>
}

export async function onScreen<Facts, Command>(
  parts: OnScreen<Facts, Command>,
): Promise<{ readonly isInterrupted: boolean }> {
  const { subject, facts, isReadonly, streams, host } = parts
  const { stdout } = streams
  const leaving = new AbortController()
  const signal = AbortSignal.any([host.signal, leaving.signal])
  const failed = Promise.withResolvers<never>()
  let isInterrupted = false

  function onWish(wish: Wish<Command>): void {
    if (wish.wish === 'command') {
      parts.command(wish.command, session).catch(failed.reject)
      return
    }
    isInterrupted = wish.isInterrupted
    leaving.abort()
  }

  const size = { columns: stdout.columns, rows: stdout.rows }
  const session = createSession({ subject, facts, isReadonly, size, onWish })
  const { show } = await import('./show.ts')
  const shown = show(session as Session<unknown>, streams, signal)
  const following = parts.follow(session, signal).catch(failed.reject)
  try {
    await Promise.race([shown, failed.promise])
  } finally {
    leaving.abort()
    // The terminal is itself again before anything else is said.
    await shown
    await following
  }
  return { isInterrupted: isInterrupted || host.signal.aborted }
}
