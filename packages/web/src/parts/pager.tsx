/** From page to page of a list that is read behind a cursor, the newest first. */
export function Pager({
  cursors,
  next,
  onMove,
}: {
  readonly cursors: readonly string[]
  readonly next: string | null
  onMove(cursors: readonly string[]): void
}) {
  if (next === null && cursors.length === 0) return null
  return (
    <footer class="row apart">
      <button
        type="button"
        class="button small"
        disabled={cursors.length === 0}
        onClick={() => onMove(cursors.slice(0, -1))}
      >
        Newer
      </button>
      <span>page {cursors.length + 1}</span>
      <button
        type="button"
        class="button small"
        disabled={next === null}
        onClick={() => next !== null && onMove([...cursors, next])}
      >
        Older
      </button>
    </footer>
  )
}
