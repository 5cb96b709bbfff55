import { useState } from 'preact/hooks'
import { Icon } from './icon.tsx'

/** Puts a text on the clipboard, where the browser lets this page do so. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isDone, setDone] = useState(false)
  // Absent where the page did not come over a secure line.
  if (navigator.clipboard === undefined) return null
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setDone(true)
    setTimeout(() => setDone(false), 1_500)
  }
  return (
    <button
      type="button"
      class="button plain inline"
      onClick={() => void copy()}
      aria-label={isDone ? `copied ${what}` : `copy ${what}`}
      title={isDone ? 'copied' : `copy ${what}`}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
    </button>
  )
}
