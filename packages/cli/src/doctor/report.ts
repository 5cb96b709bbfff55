// The findings as a person reads them: each with a sign and a word, so that colour only repeats.
import { describeHardware } from '../hardware/describe.ts'
import type { Hardware } from '../hardware/hardware.ts'
import { fields, hanging, type Style, wrapped } from '../style.ts'
import type { Finding, Status } from './check.ts'
import { checks as everyCheck } from './checks.ts'
import type { Fixed } from './examine.ts'

export interface Report {
  readonly checks: readonly Finding[]
  readonly hardware: Hardware
  readonly fixed: readonly Fixed[]
  readonly summary: Readonly<Record<Status, number>>
}

export function reportText({ checks, hardware, fixed, summary }: Report, style: Style): string {
  const width = Math.max(...checks.map(({ check }) => check.length))
  const changes = fixed.map(({ check, change }) => `${style.good('fixed')} ${check}: ${change}`)
  return [
    ...changes,
    ...(changes.length === 0 ? [] : ['']),
    ...checks.map((finding) => line(finding, width, style)),
    '',
    style.title('This machine'),
    fields(describeHardware(hardware), style),
    '',
    wrapped(closing(summary, checks.length === everyCheck.length), style.columns),
  ].join('\n')
}

const signs = { ok: '✓', warning: '!', error: '✗', unknown: '?' } as const satisfies Record<
  Status,
  string
>

function line({ check, status, summary, hint }: Finding, width: number, style: Style): string {
  const paint = { ok: style.good, warning: style.warn, error: style.bad, unknown: style.quiet }
  const mark = paint[status](`${signs[status]} ${status.padEnd('warning'.length)}`)
  const margin = '✓ warning  '.length + width + 2
  const beside = (text: string) => hanging(text, margin, style.columns)
  const first = `${mark}  ${check.padEnd(width)}  ${beside(summary)}`
  if (hint === null) return first
  return `${first}\n${' '.repeat(margin)}${beside(`do this: ${hint}`)}`
}

function closing({ ok, warning, error, unknown }: Report['summary'], isWhole: boolean): string {
  const total = ok + warning + error + unknown
  const [looked, found] = [`${total} checks: ${ok} ok`, `${warning} warning, ${error} error`]
  const counts = `${looked}, ${found}, ${unknown} unknown.`
  if (error > 0) return `${counts} This machine is not fit for a node until the errors are gone.`
  if (warning > 0) {
    const whole = isWhole ? 'A node can run here; the' : 'The'
    return `${counts} ${whole} warnings deserve a look.`
  }
  return isWhole ? `${counts} This machine is fit for a node.` : `${counts} Nothing is wrong here.`
}
