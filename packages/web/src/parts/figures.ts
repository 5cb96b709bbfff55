// Numbers, times and names as people read them. What is not known is called unknown.

export const unknown = 'unknown'

const plain = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 })
const fine = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 })
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

export function number(value: number | null | undefined, unit = ''): string {
  return value === null || value === undefined ? unknown : `${plain.format(value)}${unit}`
}

/** Of a measurement: small ones differ in their third and fourth digit. */
export function measure(value: number | null | undefined, unit = ''): string {
  if (value === null || value === undefined || Math.abs(value) >= 100) return number(value, unit)
  return `${fine.format(value)}${unit}`
}

export function compact(value: number | null | undefined): string {
  if (value === null || value === undefined) return unknown
  return value < 100_000 ? plain.format(value) : short.format(value)
}

/** Millionths of a credit as credits, to the last digit. */
export function credits(micro: number | null | undefined): string {
  if (micro === null || micro === undefined) return unknown
  const whole = Math.trunc(micro / 1_000_000)
  const rest = String(Math.abs(micro % 1_000_000))
    .padStart(6, '0')
    .replace(/0+$/, '')
  return `${plain.format(whole)}${rest === '' ? '' : `.${rest}`}`
}

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length, Math.floor(Math.log10(count) / 3))
  return `${plain.format(count / 1_000 ** power)} ${units[power - 1]}`
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = ms / 1_000
  if (seconds < 120) return `${plain.format(Math.round(seconds * 10) / 10)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} d`
}

/** `12 s ago`; a clock that is ahead of ours says `now`. */
export function ago(at: string | number, nowMs = Date.now()): string {
  const ms = nowMs - (typeof at === 'number' ? at : Date.parse(at))
  return ms < 1_000 ? 'now' : `${duration(ms < 120_000 ? Math.floor(ms / 1_000) * 1_000 : ms)} ago`
}

/** `14:03:22`, on this machine's clock. */
export function clockTime(at: string | number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}

export function dateTime(at: string | number): string {
  const date = new Date(at)
  return `${date.toLocaleDateString('en-CA')} ${date.toLocaleTimeString('en-GB')}`
}

/** The end of a name tells keys and ids apart, for all begin alike. */
export function brief(id: string): string {
  return id.length <= 14 ? id : `…\u2060${id.slice(-10)}`
}

/** The beginning of a digest is as good as any other part. */
export function briefDigest(digest: string): string {
  return digest.length <= 16 ? digest : `${digest.slice(0, 14)}…`
}
