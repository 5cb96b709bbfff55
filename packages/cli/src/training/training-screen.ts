// Shows a training while it goes: a table that is drawn over itself for who sits at a terminal, a
// line for each change for who does not, and JSON for programs.
import { isEnded, type Round, type RoundId } from '@vcp/protocol'
import type { Context } from '../command.ts'
import { headline, plotLines, roundLine, roundPlots, roundTable } from './training-text.ts'
import type { TrainingNews } from './watch-training.ts'

export interface TrainingScreen {
  show(news: TrainingNews): void
  /** Takes away what was drawn: something more lasting is printed in its place. */
  clear(): void
}

/** Of more rounds the newest are shown; plots, as many as there is room for, show all. */
const roundsShown = 12

export function trainingScreen({ host, json }: Context): TrainingScreen {
  if (json) return changes((round) => `${JSON.stringify({ at_ms: host.nowMs(), ...round })}\n`)
  if (!host.terminal.isInteractive) return changes((round) => `${roundLine(round)}\n`)
  let drawn = 0
  const draw = (lines: readonly string[]) => {
    const back = backTo(drawn)
    const columns = host.terminal.columns - 1
    host.err(`${back}${lines.map((line) => line.slice(0, columns)).join('\n')}\n`)
    drawn = lines.length
  }
  return {
    show({ task, rounds }) {
      const done = rounds.filter(({ state }) => state === 'finalised').length
      // What has left the window at its top cannot be drawn over; the cursor has the last line.
      const room = host.terminal.rows - 1
      const table = roundTable(rounds.slice(-Math.max(1, Math.min(roundsShown, room - 2))))
      const plots = Math.max(0, Math.floor((room - 1 - table.length) / plotLines))
      const shown = roundPlots(rounds, host.terminal.columns).slice(0, plots * plotLines)
      draw([headline(task, done), ...table, ...shown])
    },
    clear: () => host.err(backTo(drawn)),
  }

  /** Each round once for each way it stands. */
  function changes(textOf: (round: Round) => string): TrainingScreen {
    const said = new Map<RoundId, string>()
    return {
      show({ task, rounds }) {
        for (const round of rounds) {
          const key = `${round.state} ${round.updates_accepted} ${round.refused}`
          if (said.get(round.round_id) === key) continue
          said.set(round.round_id, key)
          host.out(textOf(round))
        }
        if (!json && isEnded(task.status) && task.reason !== null) host.err(`${task.reason}\n`)
      },
      clear: () => undefined,
    }
  }
}

/** Up so many lines, and nothing below. */
function backTo(lines: number): string {
  return lines === 0 ? '' : `\x1b[${lines}A\r\x1b[J`
}
