import type { ComponentChildren } from 'preact'
import { Copy } from './copy.tsx'

/** Nothing is there yet; what would change that. */
export function Empty({
  title,
  command,
  children,
}: {
  readonly title: string
  readonly command?: string
  readonly children?: ComponentChildren
}) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children === undefined ? null : <span>{children}</span>}
      {command === undefined ? null : <Command line={command} />}
    </div>
  )
}

/** A line for a terminal. */
export function Command({ line }: { readonly line: string }) {
  return (
    <span class="command">
      <code>{line}</code>
      <Copy text={line} what="the command" />
    </span>
  )
}

export function Waiting({ what }: { readonly what: string }) {
  return (
    <div class="empty" role="status">
      <span class="pulse">{what}</span>
    </div>
  )
}
