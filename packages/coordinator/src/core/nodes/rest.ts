// A node that declines is left alone for as long as it says, or else the next task would go to it
// too, and the next: it may be the best of all by every figure.
import type { DeclineReason } from '@vcp/protocol'
import type { State } from '../state.ts'
import type { NodeRecord } from './node-record.ts'

/** Reasons that are about the one task; all others hold for whatever comes next. */
const ofTheTask: ReadonlySet<DeclineReason> = new Set<DeclineReason>([
  'data_missing',
  'budget_spent',
  'not_granted',
  'engine_missing',
  'too_large',
])

const restSecondsMin = 1
const restSecondsMax = 60

export function rest(
  state: State,
  node: NodeRecord,
  declined: { readonly reason: DeclineReason; readonly retryAfterSeconds: number | null },
  atMs: number,
): void {
  if (ofTheTask.has(declined.reason)) return
  const asked = declined.retryAfterSeconds ?? restSecondsMin
  const seconds = Math.min(restSecondsMax, Math.max(restSecondsMin, asked))
  node.restsUntilMs = atMs + seconds * 1_000
  state.timers.set(node.restsUntilMs, { kind: 'rest', peerId: node.peerId })
  state.matcher.changed(node)
}

export function endRest(state: State, node: NodeRecord): void {
  node.restsUntilMs = null
  state.matcher.changed(node)
}
