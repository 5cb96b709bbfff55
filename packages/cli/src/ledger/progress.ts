import type { Context } from '../command.ts'

const everyMs = 2_000

/** Says on stderr how far long work is, to a person who waits for it. */
export function progressFor(
  { host, json }: Context,
  doing: string,
): (done: number, of: number) => void {
  let toldAtMs = host.nowMs()
  return (done, of) => {
    const nowMs = host.nowMs()
    if (json || !host.terminal.isInteractive || nowMs - toldAtMs < everyMs) return
    toldAtMs = nowMs
    host.err(`${doing}: ${done} of ${of} entries\n`)
  }
}
