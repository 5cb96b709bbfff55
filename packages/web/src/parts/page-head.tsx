import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

/** What the page is; the tab of the browser says the same. */
export function PageHead({
  title,
  within,
  children,
}: {
  readonly title: string
  /** The page that this one is a part of. */
  readonly within?: { readonly title: string; readonly href: string }
  readonly children?: ComponentChildren
}) {
  useEffect(() => {
    document.title = `${title} · vcp`
  }, [title])
  return (
    <div class="page-head">
      <div>
        {within === undefined ? null : (
          <p class="crumbs">
            <a href={within.href}>{within.title}</a>
          </p>
        )}
        <h1 class="wrap">{title}</h1>
      </div>
      <div class="row">{children}</div>
    </div>
  )
}
