import type { ComponentChildren } from 'preact'

/** A table that may be wider than there is room: then it can be scrolled, by the keyboard too. */
export function TableFrame({
  label,
  children,
}: {
  readonly label: string
  readonly children: ComponentChildren
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="table-frame" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
