// Why an offer is declined: one rule after the other, each with its figures. What cannot be
// measured here does not speak against an offer, unless the operator asked for just that.
import { admits, limits, type Offer } from '@vcp/protocol'
import type { TaskNeeds } from './inputs.ts'
import { operatorRules } from './operator-rules.ts'
import type { Decline } from './records.ts'
import { runningOf, type State } from './state.ts'

export interface Case {
  readonly state: State
  readonly offer: Offer
  readonly needs: TaskNeeds
  readonly atMs: number
}

export type Rule = (of: Case) => Decline | null

/** How soon it is worth asking a node again that has its hands full. */
const BUSY_SECONDS = 1
/** Room comes back when somebody makes it, and is looked for as often. */
const FULL_SECONDS = 2

/** The first rule that speaks against it; null where none does. */
export function groundAgainst(
  state: State,
  offer: Offer,
  needs: TaskNeeds | null,
  atMs: number,
): Decline | null {
  const early = modeRule(state, atMs) ?? breakerRule(state, atMs)
  if (early !== null) return early
  const { task_type } = offer.task
  if (needs === null || !state.settings.taskTypes.includes(task_type)) {
    return decline('engine_missing')
  }
  if (needs.objection) {
    const { reason, needs: wanted, has } = needs.objection
    return decline(reason, wanted, has)
  }
  for (const rule of [tooLarge, ...operatorRules, tasksAtATime, openLeases, memoryLeft]) {
    const ground = rule({ state, offer, needs, atMs })
    if (ground !== null) return ground
  }
  return null
}

export function decline(
  reason: Decline['reason'],
  needs: number | null = null,
  has: number | null = null,
  retryAfterSeconds: number | null = null,
): Decline {
  return { reason, needs, has, retryAfterSeconds }
}

/** In whole seconds, at least one, at most what the wire has room for. */
export function secondsUntil(untilMs: number, atMs: number): number {
  return Math.min(86_400, Math.max(1, Math.ceil((untilMs - atMs) / 1_000)))
}

function modeRule({ mode, modeUntilMs, isDiskFull, reading }: State, atMs: number): Decline | null {
  if (mode === 'draining') return decline('draining')
  if (mode === 'paused') {
    const seconds = modeUntilMs === null ? null : secondsUntil(modeUntilMs, atMs)
    return decline('operator_limit', null, null, seconds)
  }
  // What cannot be written down cannot be promised.
  if (isDiskFull) return decline('operator_limit', null, reading?.diskFreeGb ?? null, FULL_SECONDS)
  return null
}

function breakerRule(state: State, atMs: number): Decline | null {
  const { breaker, settings } = state
  const running = runningOf(state).length
  if (admits(breaker, running)) return null
  if (breaker.state === 'half_open') return decline('breaker_open', 0, running, BUSY_SECONDS)
  const { limit, measured } = breaker.reason ?? { limit: null, measured: null }
  const restedAtMs = breaker.sinceMs + settings.breaker.restMs
  return decline('breaker_open', limit, measured, secondsUntil(restedAtMs, atMs))
}

const tooLarge: Rule = ({ state, needs: { memoryMb } }) => {
  const { memoryMbMax } = state.settings
  return memoryMb <= memoryMbMax ? null : decline('too_large', memoryMb, memoryMbMax)
}

const tasksAtATime: Rule = ({ state }) => {
  const running = runningOf(state).length
  const { tasksMax } = state.settings
  return running < tasksMax ? null : decline('busy', running + 1, tasksMax, BUSY_SECONDS)
}

const openLeases: Rule = ({ state: { leases } }) => {
  const max = limits.openAssignmentsPerNodeMax
  return leases.size < max ? null : decline('busy', leases.size + 1, max, BUSY_SECONDS)
}

const memoryLeft: Rule = ({ state, needs: { memoryMb } }) => {
  const { settings, reading, readAtMs } = state
  const running = runningOf(state)
  const leftMb = settings.memoryMbMax - memoryOf(running)
  if (memoryMb > leftMb) return decline('busy', memoryMb, leftMb, BUSY_SECONDS)
  if (reading?.memoryFreeMb == null) return null
  // What was accepted since the last measurement is not in it yet.
  const since = memoryOf(running.filter(({ acceptedAtMs }) => acceptedAtMs >= readAtMs))
  const freeMb = Math.max(0, reading.memoryFreeMb - since - settings.memoryFreeMbMin)
  return memoryMb <= freeMb ? null : decline('busy', memoryMb, freeMb, 10)
}

function memoryOf(running: readonly { readonly memoryMb: number }[]): number {
  return running.reduce((sum, { memoryMb }) => sum + memoryMb, 0)
}
