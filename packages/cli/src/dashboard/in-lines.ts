// A dashboard without a terminal: a line of JSON a second, for programs.
import { VcpError } from '@vcp/protocol'
import { pause, systemTimers } from '../agent/link/timers.ts'
import type { Context } from '../command.ts'

const everyMs = 1_000

/** Until it is asked to stop, which it fails with, or the reader has seen enough. */
export async function inLines(
  ask: () => Promise<unknown>,
  { host }: Pick<Context, 'host'>,
): Promise<never> {
  while (!host.signal.aborted) {
    host.out(`${JSON.stringify({ at_ms: host.nowMs(), ...(await shown(ask)) })}\n`)
    await pause(systemTimers, everyMs, host.signal).catch(() => {
      // It was asked to stop: the loop ends.
    })
  }
  throw host.signal.reason
}

/** Silence is something to show; whoever is silent now may come back. */
async function shown(ask: () => Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  try {
    return { status: await ask() }
  } catch (error) {
    if (!(error instanceof VcpError)) throw error
    return { status: null, error: error.code, message: error.message }
  }
}
