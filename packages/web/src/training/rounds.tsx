import type { Round } from '@vcp/protocol'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { Empty } from '../parts/empty.tsx'
import { dateTime, number } from '../parts/figures.ts'
import { Id } from '../parts/id.tsx'
import { TableFrame } from '../parts/table-frame.tsx'
import { roundTones } from '../parts/tones.ts'
import { hrefOf } from '../shell/address.ts'

export function Rounds({ rounds }: { readonly rounds: readonly Round[] }) {
  return (
    <Card title="Rounds" isFlush>
      {rounds.length === 0 ? <Empty title="No round has been opened yet" /> : null}
      {rounds.length === 0 ? null : (
        <TableFrame label="rounds">
          <table>
            <thead>
              <tr>
                <th scope="col">Round</th>
                <th scope="col">State</th>
                <th scope="col" class="right">
                  Updates
                </th>
                <th scope="col" class="right">
                  Refused
                </th>
                <th scope="col" class="right">
                  Loss
                </th>
                <th scope="col" class="right">
                  Accuracy
                </th>
                <th scope="col" class="right">
                  Epsilon
                </th>
                <th scope="col">Opened</th>
                <th scope="col">Model out</th>
              </tr>
            </thead>
            <tbody>
              {rounds.toReversed().map((round) => (
                <tr key={round.round_id}>
                  <td title={round.round_id}>{round.number}</td>
                  <td>
                    <Badge tone={roundTones[round.state]}>{round.state}</Badge>
                  </td>
                  <td class="right">
                    {round.updates_accepted} of {round.updates_min}
                  </td>
                  <td class="right">{round.refused}</td>
                  <td class="right">{number(round.loss)}</td>
                  <td class="right">{number(round.accuracy)}</td>
                  <td class="right">{number(round.epsilon_spent)}</td>
                  <td class="nowrap">{dateTime(round.opened_at_ms)}</td>
                  <td>
                    {round.model_out === null ? (
                      <span class="quiet">none yet</span>
                    ) : (
                      <Id text={round.model_out} what="the model’s name" />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
    </Card>
  )
}

const listed = 20

/** The nodes of the newest round. */
export function Participants({ rounds }: { readonly rounds: readonly Round[] }) {
  const newest = rounds.at(-1)
  const participants = newest?.participants ?? []
  return (
    <Card title={newest === undefined ? 'Participants' : `Participants of round ${newest.number}`}>
      {participants.length === 0 ? (
        <Empty title="Nobody takes part yet" command="vcp node dataset add --help" />
      ) : (
        <ul class="stack tight">
          {participants.slice(0, listed).map((peerId) => (
            <li key={peerId}>
              <Id text={peerId} what="the key" href={hrefOf('nodes', peerId)} />
            </li>
          ))}
          {participants.length > listed ? (
            <li class="quiet">and {participants.length - listed} more</li>
          ) : null}
        </ul>
      )}
    </Card>
  )
}
