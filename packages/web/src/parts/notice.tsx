import type { ComponentChildren } from 'preact'
import { Refused } from '../api/refused.ts'
import { Sign, type Tone } from './badge.tsx'
import { Waiting } from './empty.tsx'

export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: Tone
  readonly title: string
  readonly children?: ComponentChildren
}) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Sign tone={tone} />
      <strong>{title}</strong>
      {children === undefined ? null : <div>{children}</div>}
    </div>
  )
}

/** What went wrong, what to do about it, and its permanent code. */
export function Failure({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null
  const title = error instanceof Error ? error.message : String(error)
  if (!(error instanceof Refused)) return <Notice tone="bad" title={title} />
  return (
    <Notice tone="bad" title={title}>
      {error.hint} <code class="quiet">{error.code}</code>
    </Notice>
  )
}

/** Until there is a first answer: that it is awaited, or why it did not come. */
export function Awaited({ what, error }: { readonly what: string; readonly error: unknown }) {
  return error === null ? <Waiting what={what} /> : <Failure error={error} />
}
