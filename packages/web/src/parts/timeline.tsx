import type { ComponentChildren } from 'preact'
import { Sign, type Tone } from './badge.tsx'
import { clockTime, dateTime } from './figures.ts'

export interface Moment {
  readonly key: string
  readonly atMs: number
  readonly tone: Tone
  readonly text: ComponentChildren
}

/** What happened, each thing with its time; a long one can be scrolled. */
export function Timeline({
  label,
  moments,
}: {
  readonly label: string
  readonly moments: readonly Moment[]
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="timeline-frame" aria-label={label} tabIndex={0}>
      <ol class="timeline">
        {moments.map(({ key, atMs, tone, text }) => (
          <li key={key}>
            <time dateTime={new Date(atMs).toISOString()} title={dateTime(atMs)}>
              {clockTime(atMs)}
            </time>
            <Sign tone={tone} />
            <span class="wrap">{text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
