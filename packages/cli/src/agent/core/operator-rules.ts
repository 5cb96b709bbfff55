// What the operator keeps for the machine's other uses, and when work is taken at all.
import type { Case, Rule } from './grounds.ts'
import type { Decline } from './records.ts'

const MINUTES_OF_DAY = 1_440

/** How soon it is worth asking again where only a measurement can tell. */
const MEASURED_AGAIN_SECONDS = 30

const hours: Rule = ({ state: { settings, reading } }) => {
  if (settings.hours === null) return null
  const { fromMinute, toMinute } = settings.hours
  if (reading === null) return limit(null, null)
  const minute = reading.minuteOfDay
  const sinceOpening = (minute - fromMinute + MINUTES_OF_DAY) % MINUTES_OF_DAY
  const length = (toMinute - fromMinute + MINUTES_OF_DAY) % MINUTES_OF_DAY
  // From one minute to the same is all day.
  if (length === 0 || sinceOpening < length) return null
  return limit(fromMinute, minute, Math.max(1, (MINUTES_OF_DAY - sinceOpening) * 60))
}

/** A machine that knows of no battery runs on mains. */
const mains: Rule = ({ state: { settings, reading } }) => {
  if (!settings.onlyOnMains) return null
  if (reading === null) return limit(null, null)
  const { on_mains, battery_percent } = reading.telemetry
  if (on_mains ?? battery_percent === null) return null
  return limit(1, on_mains === null ? null : 0)
}

const idle: Rule = ({ state: { settings, reading } }) => {
  const wanted = settings.onlyWhenIdleSeconds
  if (wanted === null) return null
  const seconds = reading?.idleSeconds ?? null
  return seconds !== null && seconds >= wanted ? null : limit(wanted, seconds)
}

const othersCpu: Rule = ({ state: { settings, reading } }) => {
  const percent = reading?.othersCpuPercent ?? null
  const max = settings.othersCpuPercentMax
  return percent === null || percent <= max ? null : limit(max, percent)
}

const diskFree: Rule = ({ state: { settings, reading } }) => {
  const free = reading?.diskFreeGb ?? null
  const least = settings.diskFreeGbMin
  return free === null || free >= least ? null : limit(least, free)
}

export const operatorRules: readonly ((of: Case) => Decline | null)[] = [
  hours,
  mains,
  idle,
  othersCpu,
  diskFree,
]

function limit(
  needs: number | null,
  has: number | null,
  retryAfterSeconds = MEASURED_AGAIN_SECONDS,
): Decline {
  return { reason: 'operator_limit', needs, has, retryAfterSeconds }
}
