import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface CardProps {
  readonly title: string
  readonly aside?: ComponentChildren
  readonly foot?: ComponentChildren
  /** Whether what is in it goes to its edges. */
  readonly isFlush?: boolean
  readonly children: ComponentChildren
}

/** A part of a page with a name. */
export function Card({ title, aside, foot, isFlush = false, children }: CardProps) {
  const id = useId()
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      <div class={isFlush ? 'body flush' : 'body'}>{children}</div>
      {foot === undefined ? null : <footer>{foot}</footer>}
    </section>
  )
}
