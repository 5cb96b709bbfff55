import { type Round, RoundId } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { withCoordinator } from '../../coordinator-client.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Shows a round: the models that it went from and to, who took part, and what the coordinator ' +
    'measured. What is null was not measured.',
  arguments: [{ form: '<id>', about: 'the id of the round' }],
  examples: [
    { line: 'vcp round show 019f0000-0000-7000-8000-000000000002', about: 'how did it go?' },
  ],
  input: z.strictObject({ id: RoundId }),
  run: ({ id }, context) =>
    withCoordinator(
      context,
      (connection): Promise<Round> => connection.ask('getRound', { params: { id } }),
      { signsIn: 'if-known' },
    ),
  text(round, style) {
    const { participants, updates_accepted, updates_min, refused } = round
    const out = refused === 0 ? '' : `, ${refused} left out`
    return fields(
      [
        ['round', `${round.number} of task ${round.task_id}`],
        ['state', round.state],
        ['model in', round.model_in],
        ['model out', round.model_out ?? '-'],
        ['nodes', participants.join(' ')],
        ['updates', `${updates_accepted}, at least ${updates_min} needed${out}`],
        ['opened', new Date(round.opened_at_ms).toISOString()],
        ['closes', new Date(round.closes_at_ms).toISOString()],
        ['loss', String(round.loss ?? '-')],
        ['accuracy', String(round.accuracy ?? '-')],
        ['epsilon', String(round.epsilon_spent ?? '-')],
        ...clipNormOf(round),
      ],
      style,
    )
  },
})

/** Of a training whose clip norm follows the lengths of its updates. */
function clipNormOf({ clip_norm: clipNorm }: Round): [string, string][] {
  return clipNorm === undefined ? [] : [['clip norm', String(clipNorm)]]
}
