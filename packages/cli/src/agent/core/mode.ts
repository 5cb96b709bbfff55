// Whether the operator wants work to be taken. The coordinator is told until it has heard.
import { pass } from '@vcp/protocol'
import type { Decider } from './decide.ts'
import type { AskedMode } from './records.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

export const modeDeciders = {
  'mode-asked': ((turn, { mode, untilMs }) => {
    const until = mode === 'paused' ? untilMs : null
    const isOver = until !== null && until <= turn.atMs
    changeMode(turn, isOver ? 'active' : mode, isOver ? null : until)
    return pass(null)
  }) satisfies Decider<'mode-asked'>,

  'mode-told': ((turn, { mode }) => {
    const { state } = turn
    if (state.isModeOwed && mode === state.mode) turn.emit({ type: 'mode-heard' })
    return pass(null)
  }) satisfies Decider<'mode-told'>,
}

export function changeMode(turn: Turn, mode: AskedMode, untilMs: number | null): void {
  const { state } = turn
  if (mode === state.mode && untilMs === state.modeUntilMs) return
  const isOther = mode !== state.mode
  turn.emit({ type: 'mode-changed', mode, untilMs })
  if (isOther && state.isJoined) turn.want({ type: 'tell-mode', mode })
}

/** Says once that a node that drains holds nothing more that it could bring to an end now. */
export function announceIfDrained({ state, effects }: Turn): void {
  if (state.mode !== 'draining' || state.isDrainAnnounced || holdsAnything(state)) return
  state.isDrainAnnounced = true
  effects.push({ type: 'announce-drained' })
}

/** What only another coordinator could take is not waited for. */
export function holdsAnything({ leases, reports, reruns, log }: State): boolean {
  const isHere = (logKey: string) => log === null || logKey === log.logKey
  if (reruns.size > 0) return true
  for (const { stage, logKey } of leases.values()) {
    if (stage === 'running' || isHere(logKey)) return true
  }
  return [...reports.values()].some(({ logKey }) => isHere(logKey))
}
