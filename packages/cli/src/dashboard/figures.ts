// Figures as people read them. What is not known is said to be unknown, and never a zero.
import { type Span, span } from './text.ts'

export const unknown: Span = span('unknown', 'quiet')

export function known(value: number | null, shown: (value: number) => string): Span {
  return value === null ? unknown : span(shown(value))
}

export function percent(value: number | null): Span {
  return known(value, (it) => `${Math.round(it)} %`)
}

export function millis(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`
  return `${value >= 0.05 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ms`
}

/** `41 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `10:24:25`, by the clock of the world. */
export function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19)
}

export function bytes(value: number): string {
  return scaled(value, 'B')
}

/** `123`, `1.23 k`, `45.6 M`: three digits that mean something. */
export function count(value: number): string {
  return scaled(value, '')
}

export function scaled(value: number, unit: string): string {
  const units = ['', 'k', 'M', 'G', 'T']
  let size = value
  let power = 0
  while (Math.abs(size) >= 999.5 && power < units.length - 1) {
    size /= 1_000
    power += 1
  }
  const digits = power === 0 ? (Number.isInteger(size) ? 0 : 1) : size < 10 ? 2 : size < 100 ? 1 : 0
  return `${size.toFixed(digits)} ${units[power]}${unit}`.trimEnd()
}

export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`
}
