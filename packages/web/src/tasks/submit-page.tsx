import { cidOf, type TaskId, type TaskSpec, taskDigest, uuidV7From } from '@vcp/protocol'
import { useMemo, useState } from 'preact/hooks'
import { type AnswerOf, ask } from '../api/ask.ts'
import { sendBlob } from '../api/blobs.ts'
import { Card } from '../parts/card.tsx'
import { Failure } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { hrefOf } from '../shell/address.ts'
import { goTo } from '../shell/place.ts'
import { type Draft, newDraft, readSpec, specOf } from './draft.ts'
import { DraftForm } from './draft-form.tsx'
import { SpecEditor } from './spec-editor.tsx'
import { rememberSubmitted } from './submitted.ts'
import { FitsTable } from './why.tsx'

type Way = 'form' | 'editor'

const ways = [
  { name: 'form', title: 'Form' },
  { name: 'editor', title: 'Editor' },
] as const satisfies readonly { readonly name: Way; readonly title: string }[]

export function SubmitPage() {
  const [way, setWay] = useState<Way>('form')
  const [draft, setDraft] = useState<Draft>(newDraft)
  const [module, setModule] = useState<Uint8Array | null>(null)
  /** Null: as the form has it. */
  const [edited, setEdited] = useState<string | null>(null)
  const script = useMemo(() => new TextEncoder().encode(draft.script), [draft.script])
  const fromForm = useMemo(
    () => JSON.stringify(specOf(draft, cidOf('raw', script)), null, 2),
    [draft, script],
  )
  const text = edited ?? fromForm
  const read = useMemo(() => readSpec(text), [text])
  const blobs = draft.type === 'computation' ? [script] : module === null ? [] : [module]
  return (
    <>
      <PageHead title="Submit a task" within={{ title: 'Tasks', href: hrefOf('tasks') }} />
      <Tabs label="how to write it" tabs={ways} selected={way} onSelect={setWay}>
        {way === 'form' ? (
          <DraftForm
            draft={draft}
            isOverridden={edited !== null}
            onChange={(next) => {
              setDraft(next)
              setEdited(null)
            }}
            onModule={setModule}
          />
        ) : (
          <SpecEditor
            text={text}
            isOwn={edited !== null}
            onChange={setEdited}
            onReset={() => setEdited(null)}
          />
        )}
      </Tabs>
      {read.ok ? null : <Faults faults={read.faults} />}
      <Actions spec={read.ok ? read.spec : null} blobs={blobs} />
    </>
  )
}

function Faults({ faults }: { readonly faults: readonly string[] }) {
  return (
    <Card title="Not a task yet">
      <ul class="faults" aria-live="polite">
        {faults.map((each) => (
          <li key={each}>
            <span class="bad" aria-hidden="true">
              ×
            </span>
            <code>{each}</code>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Actions({
  spec,
  blobs,
}: {
  readonly spec: TaskSpec | null
  readonly blobs: readonly Uint8Array[]
}) {
  const [fits, setFits] = useState<AnswerOf<'tryTask'> | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Failure error={error} />
      <div class="button-row">
        <button
          type="button"
          class="button first"
          disabled={spec === null || isBusy}
          onClick={() => spec !== null && void attempt(() => submit(spec, blobs))}
        >
          Submit
        </button>
        <button
          type="button"
          class="button"
          disabled={spec === null || isBusy}
          onClick={() =>
            spec !== null && void attempt(async () => setFits(await ask('tryTask', { body: spec })))
          }
        >
          Which nodes would fit?
        </button>
      </div>
      {fits === null ? null : (
        <Card title="Which nodes would fit" isFlush>
          <FitsTable fits={fits} />
        </Card>
      )}
    </>
  )
}

/** The blobs first, under their names; then the task. What was sent is remembered here. */
async function submit(spec: TaskSpec, blobs: readonly Uint8Array[]): Promise<void> {
  const random = crypto.getRandomValues(new Uint8Array(10))
  const taskId = uuidV7From(Date.now(), random) as TaskId
  for (const each of blobs) await sendBlob(each)
  rememberSubmitted(taskId, taskDigest(spec))
  await ask('submitTask', { body: { task_id: taskId, task: spec } })
  goTo('tasks', taskId)
}
