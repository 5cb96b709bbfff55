import { useCallback, useState } from 'preact/hooks'
import { askHead, forgetLog, type HeadSeen } from '../api/known-log.ts'
import { useAnswer } from '../api/use-ask.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Waiting } from '../parts/empty.tsx'
import { number } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Failure } from '../parts/notice.tsx'

const says: Readonly<Record<HeadSeen['continuity'], (head: HeadSeen) => string>> = {
  first: () => 'the first head that this browser has seen of this log',
  same: () => 'the same as when this browser last looked',
  consistent: ({ before }) =>
    `the first ${number(before)} entries are those of when this browser last looked: proved`,
}

/** The signed head, checked here, and held against the one that was seen before. */
export function Head() {
  const { value, error, isAsking, reload } = useAnswer(
    useCallback((signal: AbortSignal) => askHead(signal), []),
    { everyMs: 30_000 },
  )
  return (
    <Card
      title="Signed head"
      aside={
        <div class="row">
          {error === null && value !== null ? <Badge tone="good">signature holds</Badge> : null}
          {error === null ? null : <Badge tone="bad">does not hold</Badge>}
          <button type="button" class="button small" disabled={isAsking} onClick={() => reload()}>
            Look again
          </button>
        </div>
      }
      foot="checked in this browser; the key is the one that was named when it first looked"
    >
      <div class="stack">
        {value === null && error === null ? <Waiting what="Fetching and checking" /> : null}
        <Failure error={error} />
        {error === null ? null : <Forget onDone={reload} />}
        {value === null ? null : (
          <dl class="facts">
            <dt>Entries</dt>
            <dd>{number(value.treeSize)}</dd>
            <dt>Root</dt>
            <dd>
              <Id text={value.rootHash} what="the root" isWhole />
            </dd>
            <dt>History</dt>
            <dd>{says[value.continuity](value)}</dd>
          </dl>
        )}
      </div>
    </Card>
  )
}

function Forget({ onDone }: { onDone(): void }) {
  const [isSure, setSure] = useState(false)
  if (!isSure) {
    return (
      <button type="button" class="button small" onClick={() => setSure(true)}>
        Believe another key from now on…
      </button>
    )
  }
  return (
    <div class="row">
      <span>Only where its operator has told you why it changed.</span>
      <button
        type="button"
        class="button small grave"
        onClick={() => {
          forgetLog()
          setSure(false)
          onDone()
        }}
      >
        Believe the key that is named now
      </button>
    </div>
  )
}
