import { cidOf, evidenceLevels, levelMeanings, limits } from '@vcp/protocol'
import { useState } from 'preact/hooks'
import { Card } from '../parts/card.tsx'
import { Choice, Field, textOf } from '../parts/field.tsx'
import { bytes } from '../parts/figures.ts'
import { Notice } from '../parts/notice.tsx'
import { words } from '../parts/tones.ts'
import { type Draft, formTypes, presets } from './draft.ts'

interface DraftFormProps {
  readonly draft: Draft
  /** Whether the editor says otherwise; changing anything here takes that back. */
  readonly isOverridden: boolean
  onChange(draft: Draft): void
  onModule(module: Uint8Array): void
}

export function DraftForm({ draft, isOverridden, onChange, onModule }: DraftFormProps) {
  const set = (part: Partial<Draft>) => onChange({ ...draft, ...part })
  return (
    <div class="stack">
      {isOverridden ? (
        <Notice tone="warn" title="The editor has another task">
          What you change here takes its place.
        </Notice>
      ) : null}
      <div class="columns wide">
        <Card title="What to run">
          <div class="stack">
            <Choice
              label="Type"
              value={draft.type}
              options={formTypes}
              nameOf={words}
              onChange={(type) => set({ type })}
            />
            {draft.type === 'computation' ? (
              <Computation draft={draft} set={set} />
            ) : (
              <Wasm draft={draft} set={set} onModule={onModule} />
            )}
          </div>
        </Card>
        <Terms draft={draft} set={set} />
      </div>
    </div>
  )
}

interface PartProps {
  readonly draft: Draft
  set(part: Partial<Draft>): void
}

function Computation({ draft, set }: PartProps) {
  return (
    <>
      <Field
        label="JavaScript"
        hint={
          <>
            the body of a function of <code>input</code>; what it returns is the result
          </>
        }
      >
        <textarea
          rows={6}
          spellcheck={false}
          value={draft.script}
          onInput={(event) => set({ script: textOf(event) })}
        />
      </Field>
      <Field label="Input" hint="JSON">
        <textarea
          rows={4}
          spellcheck={false}
          value={draft.input}
          onInput={(event) => set({ input: textOf(event) })}
        />
      </Field>
    </>
  )
}

function Wasm({ draft, set, onModule }: PartProps & Pick<DraftFormProps, 'onModule'>) {
  const [file, setFile] = useState<string | null>(null)
  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return
    if (chosen.size > limits.wasmModuleBytesMax) {
      setFile(`${chosen.name} is larger than ${bytes(limits.wasmModuleBytesMax)}`)
      return
    }
    const module = new Uint8Array(await chosen.arrayBuffer())
    setFile(`${chosen.name}, ${bytes(module.length)}`)
    onModule(module)
    set({ module: cidOf('raw', module) })
  }
  return (
    <>
      <Field label="Module" hint={file ?? 'a .wasm file; it is sent when you submit'}>
        <input
          type="file"
          accept=".wasm,application/wasm"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </Field>
      <div class="fields">
        <Choice
          label="Call"
          value={draft.call}
          options={['function', 'wasi']}
          onChange={(call) =>
            set({ call, args: call === 'wasi' ? '[]' : '[{ "type": "i32", "value": 1 }]' })
          }
        />
        {draft.call === 'function' ? (
          <Field label="Function">
            <input
              value={draft.functionName}
              spellcheck={false}
              onInput={(event) => set({ functionName: textOf(event) })}
            />
          </Field>
        ) : null}
      </div>
      <Field
        label="Arguments"
        hint={
          draft.call === 'function'
            ? 'JSON, each with its type; a 64-bit integer is a text'
            : 'JSON: a list of texts'
        }
      >
        <textarea
          rows={3}
          spellcheck={false}
          value={draft.args}
          onInput={(event) => set({ args: textOf(event) })}
        />
      </Field>
    </>
  )
}

function Terms({ draft, set }: PartProps) {
  const field = (name: 'quorum' | 'seconds' | 'region' | 'credits' | 'label') => ({
    value: draft[name],
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      set({ [name]: textOf(event) }),
  })
  return (
    <Card title="On what terms">
      <div class="stack">
        <div class="fields">
          <Choice
            label="Level"
            value={draft.level}
            options={evidenceLevels}
            onChange={(level) => set({ level, quorum: level === 'signed' ? '1' : draft.quorum })}
          />
          <Field label="Quorum" hint="copies that must agree">
            <input inputMode="numeric" {...field('quorum')} />
          </Field>
          <Choice
            label="Limits"
            value={draft.preset}
            options={presets}
            onChange={(preset) => set({ preset })}
          />
          <Field label="Seconds" hint="at most, to run">
            <input inputMode="numeric" {...field('seconds')} />
          </Field>
          <Field label="Region" hint="anywhere, if none">
            <input {...field('region')} />
          </Field>
          <Field label="Reward" hint="credits, when accepted">
            <input inputMode="decimal" {...field('credits')} />
          </Field>
        </div>
        <Field label="Name" hint="for you, to find it again">
          <input maxLength={limits.labelCharactersMax} {...field('label')} />
        </Field>
        <p class="quiet">
          <strong>{draft.level}</strong>: {levelMeanings[draft.level]}.
        </p>
      </div>
    </Card>
  )
}
