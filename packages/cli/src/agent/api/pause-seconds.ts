import { type Outcome, pass, refuse } from '@vcp/protocol'

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
const daysMax = 365

/** How long `90s`, `30m`, `2h` or `1d` is; null: for ever. */
export function pauseSeconds(text: string): Outcome<number | null> {
  if (text === 'forever') return pass(null)
  const [, count = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (units[unit] ?? 0)
  if (seconds >= 1 && seconds <= daysMax * 86_400) return pass(seconds)
  return refuse('USAGE', `"${text}" is no time to pause for: 90s, 30m, 2h, 1d, or forever`)
}
