import { checkInclusion, type LedgerEntry, leafBytes, openCheckpoint } from '@vcp/protocol'
import { useCallback } from 'preact/hooks'
import { ask } from '../api/ask.ts'
import { askBelief, askHead } from '../api/known-log.ts'
import { useAnswer } from '../api/use-ask.ts'
import { Sign } from '../parts/badge.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { Failure } from '../parts/notice.tsx'

interface Shown {
  /** Null: no signed head covers it yet. */
  readonly holds: boolean | null
  readonly detail: string
  readonly hashes: readonly string[]
}

/** An entry as it is in the log, and the proof that it is: worked out here from its bytes. */
export function Entry({ entry }: { readonly entry: LedgerEntry }) {
  const key = JSON.stringify(entry)
  const { value, error } = useAnswer(
    useCallback((signal: AbortSignal) => prove(JSON.parse(key) as LedgerEntry, signal), [key]),
  )
  return (
    <div class="stack tight pad">
      <Failure error={error} />
      {value === null ? null : (
        <div>
          <p
            class="row"
            data-proof={value.holds === null ? 'open' : value.holds ? 'holds' : 'fails'}
          >
            <Sign tone={value.holds === null ? 'quiet' : value.holds ? 'good' : 'bad'} />
            <span class="wrap">{value.detail}</span>
          </p>
          <details>
            <summary class="quiet">The {value.hashes.length} hashes of the proof</summary>
            <CodeBlock label="the hashes of the proof" text={value.hashes.join('\n')} />
          </details>
        </div>
      )}
      <CodeBlock label={`entry ${entry.index}`} text={JSON.stringify(entry, null, 2)} />
    </div>
  )
}

async function prove(entry: LedgerEntry, signal: AbortSignal): Promise<Shown> {
  const { note, treeSize } = await askHead(signal)
  if (entry.index >= treeSize) {
    return { holds: null, detail: 'newer than the newest signed head; look again', hashes: [] }
  }
  const belief = await askBelief(signal)
  if (belief.kind !== 'known') throw new Error('the log’s key is not the one that is believed')
  const head = openCheckpoint(note, belief.log)
  if (!head.ok) throw new Error(head.reason)
  const query = { index: entry.index, size: treeSize }
  const inclusion = await ask('ledgerInclusion', { query, signal })
  const included = checkInclusion(inclusion, leafBytes(entry), head.value)
  const { hashes } = inclusion
  return included.ok
    ? { holds: true, detail: `lies in the log of ${treeSize} entries: proved here`, hashes }
    : { holds: false, detail: included.reason, hashes }
}
