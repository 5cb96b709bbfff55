import type { ComponentChildren } from 'preact'

/** What a state means for whoever looks; each has a colour and a shape of its own. */
export type Tone = 'good' | 'warn' | 'bad' | 'live' | 'quiet'

/** A shape that says the same as the colour: a disc, a triangle, a cross, a diamond, a ring. */
export function Sign({ tone }: { readonly tone: Tone }) {
  const kind = tone === 'quiet' ? 'sign hollow' : 'sign'
  return (
    <svg class={`${kind} ${tone}`} viewBox="0 0 10 10" aria-hidden="true">
      {shapes[tone]}
    </svg>
  )
}

const shapes = {
  good: <circle cx="5" cy="5" r="4.2" stroke="none" />,
  warn: <path d="M5 .8 9.6 9.2H.4Z" stroke="none" />,
  bad: <path d="M1.6 1.6l6.8 6.8M8.4 1.6 1.6 8.4" stroke-width="2.4" fill="none" />,
  live: <path d="M5 .4 9.6 5 5 9.6.4 5Z" stroke="none" />,
  quiet: <circle cx="5" cy="5" r="3.7" stroke-width="1.4" />,
} as const

export function Badge({
  tone,
  children,
}: {
  readonly tone: Tone
  readonly children: ComponentChildren
}) {
  return (
    <span class={`badge ${tone}`}>
      <Sign tone={tone} />
      {children}
    </span>
  )
}
