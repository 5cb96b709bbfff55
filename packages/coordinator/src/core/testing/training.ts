// A training under test: the one task of a scenario, its rounds, and what nodes send to them.
import type { Digest, PeerId, Update } from '@vcp/protocol'
import type { Decision } from '../decide.ts'
import type { RoundRecord } from '../rounds/round-record.ts'
import type { Settings } from '../settings.ts'
import { ana, modelOf, taskIdOf, trainingTask } from './samples.ts'
import { Scenario } from './scenario.ts'

export const one = taskIdOf(1)

export interface Begun {
  readonly scenario: Scenario
  readonly nodes: readonly PeerId[]
}

/** Nodes of these names are all that it asks for, and all of them have taken it. */
export function begun(
  names: readonly string[],
  inputs: Record<string, unknown> = {},
  { rewardMicro = 0, ...settings }: Partial<Settings> & { readonly rewardMicro?: number } = {},
): Begun {
  const scenario = new Scenario(settings)
  scenario.tell({ type: 'credits-issued', accountId: ana, amountMicro: 1_000 })
  const nodes = names.map((name) => scenario.node(name))
  const task = { ...trainingTask(inputs), reward_micro: rewardMicro }
  const requirements = { ...task.requirements, min_nodes: names.length }
  scenario.submit(one, { ...task, requirements })
  for (const peerId of nodes) scenario.accept(one, peerId)
  return { scenario, nodes }
}

/** The round that is under way. */
export function roundNow(scenario: Scenario): RoundRecord {
  const roundId = scenario.task(one).training!.round
  if (roundId === null) throw new Error('no round is under way')
  return scenario.state.rounds.get(roundId)!
}

/** To the model of the round that is under way now, whenever it is sent. */
export function updateOf(
  scenario: Scenario,
  peerId: PeerId,
  changes: Partial<Update> = {},
): Update {
  const { round } = roundNow(scenario)
  return {
    round_id: round.round_id,
    task_id: one,
    lease_epoch: scenario.epoch(one, peerId),
    base_model: round.model_in,
    delta: modelOf(`delta of ${peerId}`),
    delta_digest: 'dd'.repeat(32) as Digest,
    examples: 10,
    privacy: null,
    trained_at_ms: 0,
    ...changes,
  }
}

export function send(
  scenario: Scenario,
  peerId: PeerId,
  update = updateOf(scenario, peerId),
): Decision {
  return scenario.tell({ type: 'update-received', peerId, update, objection: null })
}
