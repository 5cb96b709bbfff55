import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Badge } from './badge.tsx'
import { Icon } from './icon.tsx'
import { Failure } from './notice.tsx'

/** Fetches something and gives it to the browser to keep as a file. */
export function Download({
  name,
  said,
  fetch,
  children,
}: {
  readonly name: string
  /** What is known of the bytes once they were fetched. */
  readonly said?: string
  fetch(): Promise<Uint8Array>
  readonly children: ComponentChildren
}) {
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const [isKept, setKept] = useState(false)
  const get = async () => {
    setBusy(true)
    setError(null)
    setKept(false)
    try {
      keepAsFile(name, await fetch())
      setKept(true)
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <button type="button" class="button small" disabled={isBusy} onClick={() => void get()}>
        <Icon name="download" />
        {children}
      </button>
      {/* Only what is there before its words come is told of. */}
      <span role="status">
        {isKept && said !== undefined ? <Badge tone="good">{said}</Badge> : null}
      </span>
      <Failure error={error} />
    </>
  )
}

function keepAsFile(name: string, content: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([content.slice()]))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser takes it within this turn of its loop or the next.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
