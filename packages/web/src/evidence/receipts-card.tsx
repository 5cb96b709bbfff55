import { Evidence, parse, resultDigest } from '@vcp/protocol'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { briefDigest, clockTime, compact, duration, number } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { Table, type TableColumn } from '../parts/table.tsx'
import { hrefOf } from '../shell/address.ts'

type Shown = Evidence['receipts'][number]

const columns: readonly TableColumn<Shown>[] = [
  {
    title: 'Node',
    cell: ({ receipt: { peer_id } }) => (
      <Id text={peer_id} what="the key" href={hrefOf('nodes', peer_id)} />
    ),
  },
  {
    title: 'Result',
    cell: ({ receipt: { payload } }) => (
      <code title={resultDigest(payload)}>{briefDigest(resultDigest(payload))}</code>
    ),
  },
  {
    title: 'Ended',
    cell: ({ receipt: { payload } }) => (
      <>
        {payload.ending.kind} <span class="quiet">{clockTime(payload.ended_at_ms)}</span>
      </>
    ),
  },
  {
    title: 'Took',
    looks: 'right',
    cell: ({ receipt: { payload } }) => duration(payload.ended_at_ms - payload.started_at_ms),
  },
  { title: 'Gas', looks: 'right', cell: ({ receipt: { payload } }) => compact(payload.gas) },
  { title: 'Entry', looks: 'right', cell: ({ revealed }) => number(revealed.entry.index) },
  {
    title: 'Proof',
    looks: 'right',
    cell: ({ revealed }) => `${revealed.inclusion.hashes.length} hashes`,
  },
  {
    title: 'Wallet',
    cell: ({ binding }) =>
      binding === null ? (
        <span class="quiet">none signed</span>
      ) : (
        <Id text={binding.owner} what="the wallet" />
      ),
  },
]

/** What the nodes signed, and where it lies in the log. */
export function ReceiptsCard({ evidence }: { readonly evidence: unknown }) {
  const parsed = parse(Evidence, evidence)
  if (!parsed.ok) return null
  const { receipts, checkpoint } = parsed.value
  return (
    <Card title={receipts.length === 1 ? 'Receipt' : `${receipts.length} receipts`} isFlush>
      <Table
        label="receipts"
        columns={columns}
        rows={receipts}
        keyOf={({ receipt }) => receipt.peer_id}
      />
      <details class="pad">
        <summary class="quiet">The signed head of the log</summary>
        <CodeBlock label="the signed head" text={checkpoint} />
      </details>
    </Card>
  )
}
