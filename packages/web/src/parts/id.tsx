import { Copy } from './copy.tsx'
import { brief } from './figures.ts'

/** A key, an id or a digest: its end, the whole of it for who points at it or copies it. */
export function Id({
  text,
  what,
  href,
  isWhole = false,
}: {
  readonly text: string
  readonly what: string
  readonly href?: string
  readonly isWhole?: boolean
}) {
  const shown = isWhole ? text : brief(text)
  const code = (
    <code class={isWhole ? 'wrap' : 'nowrap'} title={text}>
      {shown}
    </code>
  )
  return (
    <span class={isWhole ? undefined : 'nowrap'}>
      {href === undefined ? code : <a href={href}>{code}</a>}
      <Copy text={text} what={what} />
    </span>
  )
}
