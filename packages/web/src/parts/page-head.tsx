import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { Awaited } from './notice.tsx'

interface PageHeadProps {
  readonly title: string
  /** The page that this one is a part of. */
  readonly within?: { readonly title: string; readonly href: string }
  readonly children?: ComponentChildren
}

/** What the page is; the tab of the browser says the same. */
export function PageHead({ title, within, children }: PageHeadProps) {
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

/** A page of one thing, of which nothing is known yet. */
export function PageAwaited({ error, ...head }: PageHeadProps & { readonly error: unknown }) {
  return (
    <>
      <PageHead {...head} />
      <Awaited what="Asking" error={error} />
    </>
  )
}
