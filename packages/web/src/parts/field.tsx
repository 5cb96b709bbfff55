import type { ComponentChildren } from 'preact'

/** A control with its name, and what is worth knowing about it. */
export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly children: ComponentChildren
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what it is given
    <label class="field">
      <span class="label">{label}</span>
      {children}
      {hint === undefined ? null : <span class="hint">{hint}</span>}
    </label>
  )
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: readonly Value[]
  nameOf?(value: NoInfer<Value>): string
  onChange(value: NoInfer<Value>): void
}

export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, options, nameOf = (each) => each, onChange } = props
  return (
    <Field label={label}>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map((each) => (
          <option key={each} value={each}>
            {nameOf(each)}
          </option>
        ))}
      </select>
    </Field>
  )
}

/** What is written in the control that an event came from. */
export function textOf(event: { readonly currentTarget: { readonly value: string } }): string {
  return event.currentTarget.value
}
