import type { EvidenceStep, TaskId } from '@vcp/protocol'
import { levelMeanings } from '@vcp/protocol'
import { useCallback } from 'preact/hooks'
import { useAnswer } from '../api/use-ask.ts'
import { Badge, Sign, type Tone } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Copy } from '../parts/copy.tsx'
import { Download } from '../parts/download.tsx'
import { Waiting } from '../parts/empty.tsx'
import { Failure, Notice } from '../parts/notice.tsx'
import { levelTones } from '../parts/tones.ts'
import { type CheckedTask, checkTask, stepMeanings } from './check-task.ts'
import { OutputCard } from './output-card.tsx'
import { ReceiptsCard } from './receipts-card.tsx'

/** The evidence of a completed task, checked step by step in this browser. */
export function EvidencePanel({ taskId }: { readonly taskId: TaskId }) {
  const { value, error, isAsking, reload } = useAnswer(
    useCallback((signal: AbortSignal) => checkTask(taskId, signal), [taskId]),
  )
  return (
    <>
      <Card
        title="Evidence"
        isFlush
        foot="Checked by this page, with the code that the vcp program uses."
        aside={
          <div class="row">
            {value === null ? null : <Verdict checked={value} />}
            <button type="button" class="button small" disabled={isAsking} onClick={() => reload()}>
              Check again
            </button>
            {value === null ? null : (
              <Download
                name={`evidence-${taskId}.json`}
                fetch={async () =>
                  new TextEncoder().encode(JSON.stringify(value.evidence, null, 2))
                }
              >
                Evidence
              </Download>
            )}
          </div>
        }
      >
        {value === null && error === null ? <Waiting what="Fetching and checking" /> : null}
        <Failure error={error} />
        {value === null ? null : <Steps checked={value} />}
      </Card>
      {value === null ? null : (
        <>
          <OutputCard checked={value} taskId={taskId} />
          <ReceiptsCard evidence={value.evidence} />
        </>
      )}
    </>
  )
}

function Verdict({ checked: { report } }: { readonly checked: CheckedTask }) {
  if (!report.ok) return <Badge tone="bad">does not hold</Badge>
  const { level } = report
  return level === null ? (
    <Badge tone="quiet">shows nothing</Badge>
  ) : (
    <Badge tone={levelTones[level]}>shown: {level}</Badge>
  )
}

const results: Readonly<Record<EvidenceStep['result'], readonly [tone: Tone, word: string]>> = {
  ok: ['good', 'holds'],
  failed: ['bad', 'fails'],
  unknown: ['quiet', 'not shown'],
}

function Steps({ checked: { report, outputMissing } }: { readonly checked: CheckedTask }) {
  return (
    <div>
      {report.ok ? null : (
        <Notice tone="bad" title="This evidence does not hold. Do not rely on the result." />
      )}
      <ol class="steps" aria-label="steps of the check">
        {report.steps.map(({ step, result, detail }) => {
          const [tone, word] = results[result]
          return (
            <li key={step} class={result} data-step={step} data-result={result}>
              <Sign tone={tone} />
              <strong>{step}</strong>
              <span class={tone}>{word}</span>
              <span class="detail">
                {detail}
                {step === 'output' && outputMissing !== null ? `: ${outputMissing}` : ''}
                {result === 'ok' ? <Copy text={detail} what={`what ${step} compared`} /> : null}
              </span>
              <span class="about">{stepMeanings[step]}</span>
            </li>
          )
        })}
      </ol>
      {report.level === null ? null : (
        <p class="notice good">
          <Sign tone={levelTones[report.level]} />
          <span>
            <strong>{report.level}</strong>: {levelMeanings[report.level]}
          </span>
        </p>
      )}
    </div>
  )
}
