import type { TaskId } from '@vcp/protocol'
import { useMemo } from 'preact/hooks'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { Download } from '../parts/download.tsx'
import { Empty } from '../parts/empty.tsx'
import { bytes } from '../parts/figures.ts'
import type { CheckedTask } from './check-task.ts'
import { readOutput } from './read-output.ts'

export function OutputCard({
  checked: { output, outputMissing, report },
  taskId,
}: {
  readonly checked: CheckedTask
  readonly taskId: TaskId
}) {
  const isRight = report.steps.some(({ step, result }) => step === 'output' && result === 'ok')
  const shown = useMemo(() => (output === null ? null : readOutput(output)), [output])
  if (output === null || shown === null) {
    return (
      <Card title="Result">
        <Empty title="The output is not at hand" command={`vcp task result ${taskId}`}>
          {outputMissing}
        </Empty>
      </Card>
    )
  }
  return (
    <Card
      title="Result"
      aside={
        <Download
          name={`result-${taskId}${shown.kind === 'json' ? '.json' : '.bin'}`}
          fetch={async () => output}
        >
          {bytes(output.length)}
        </Download>
      }
      foot={
        isRight && report.ok ? 'These bytes are what the receipts name.' : 'NOT shown to be right.'
      }
    >
      {output.length === 0 ? (
        <Empty title="The output is empty" />
      ) : (
        <CodeBlock label="the output" text={`${shown.text}${shown.isCut ? '\n…' : ''}`} />
      )}
    </Card>
  )
}
