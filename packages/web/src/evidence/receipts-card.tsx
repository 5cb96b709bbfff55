import { Evidence, parse, resultDigest } from '@vcp/protocol'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { briefDigest, clockTime, compact, duration, number } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { TableFrame } from '../parts/table-frame.tsx'
import { hrefOf } from '../shell/address.ts'

/** What the nodes signed, and where it lies in the log. */
export function ReceiptsCard({ evidence }: { readonly evidence: unknown }) {
  const parsed = parse(Evidence, evidence)
  if (!parsed.ok) return null
  const { receipts, checkpoint } = parsed.value
  return (
    <Card title={receipts.length === 1 ? 'Receipt' : `${receipts.length} receipts`} isFlush>
      <TableFrame label="receipts">
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Result</th>
              <th scope="col">Ended</th>
              <th scope="col" class="right">
                Took
              </th>
              <th scope="col" class="right">
                Gas
              </th>
              <th scope="col" class="right">
                Entry
              </th>
              <th scope="col" class="right">
                Proof
              </th>
              <th scope="col">Wallet</th>
            </tr>
          </thead>
          <tbody>
            {receipts.map(({ receipt: { peer_id, payload }, revealed, binding }) => (
              <tr key={peer_id}>
                <td>
                  <Id text={peer_id} what="the key" href={hrefOf('nodes', peer_id)} />
                </td>
                <td>
                  <code title={resultDigest(payload)}>{briefDigest(resultDigest(payload))}</code>
                </td>
                <td>
                  {payload.ending.kind} <span class="quiet">{clockTime(payload.ended_at_ms)}</span>
                </td>
                <td class="right">{duration(payload.ended_at_ms - payload.started_at_ms)}</td>
                <td class="right">{compact(payload.gas)}</td>
                <td class="right">{number(revealed.entry.index)}</td>
                <td class="right">{revealed.inclusion.hashes.length} hashes</td>
                <td>
                  {binding === null ? (
                    <span class="quiet">none signed</span>
                  ) : (
                    <Id text={binding.owner} what="the wallet" />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableFrame>
      <details class="pad">
        <summary class="quiet">The signed head of the log</summary>
        <CodeBlock label="the signed head" text={checkpoint} />
      </details>
    </Card>
  )
}
