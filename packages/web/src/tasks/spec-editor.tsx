import { textOf } from '../parts/field.tsx'

/** The task as JSON, for what the form has no field for. */
export function SpecEditor({
  text,
  isOwn,
  onChange,
  onReset,
}: {
  readonly text: string
  /** Whether it was written here, and no longer follows the form. */
  readonly isOwn: boolean
  onChange(text: string): void
  onReset(): void
}) {
  const rows = Math.min(40, Math.max(16, text.split('\n').length + 1))
  return (
    <div class="stack tight">
      <textarea
        aria-label="the task as JSON"
        rows={rows}
        spellcheck={false}
        value={text}
        onInput={(event) => onChange(textOf(event))}
      />
      <div class="row apart">
        <span class="quiet">
          Any type of task, by the protocol’s own schema; names in it that are CIDs must be stored
          already, but for those of the form.
        </span>
        <button type="button" class="button small" disabled={!isOwn} onClick={onReset}>
          Back to what the form says
        </button>
      </div>
    </div>
  )
}
