// Trainings that end while something is under way.
import type { Digest } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { aggregatedOf, ana, modelOf, taskIdOf, trainingTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)

function begun(changes: Record<string, unknown> = {}) {
  const scenario = new Scenario({ roundFailuresMax: 0 })
  scenario.tell({ type: 'credits-issued', accountId: ana, amountMicro: 1_000 })
  const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
  scenario.submit(one, { ...trainingTask({ rounds: 1 }), ...changes })
  for (const peerId of nodes) scenario.accept(one, peerId)
  const { round } = [...scenario.state.rounds.values()][0]!
  return { scenario, nodes, round }
}

test('a round of a training that was cancelled ends with it, whoever sends updates or not', () => {
  const { scenario, round } = begun()
  scenario.tell({ type: 'task-cancelled', taskId: one, ownerId: ana, reason: 'enough' })
  scenario.pass(round.closes_at_ms - scenario.atMs)
  expect(scenario.task(one)).toMatchObject({ state: 'cancelled', reason: 'enough' })
  expect(scenario.state.rounds.get(round.round_id)!.round.state).toBe('abandoned')
})

test('a reward that nobody is left to take goes back', () => {
  const { scenario, nodes, round } = begun({ reward_micro: 100 })
  for (const peerId of nodes) {
    const update = {
      round_id: round.round_id,
      task_id: one,
      lease_epoch: scenario.epoch(one, peerId),
      base_model: round.model_in,
      delta: modelOf('delta'),
      delta_digest: 'dd'.repeat(32) as Digest,
      examples: 10,
      privacy: null,
      trained_at_ms: 0,
    }
    scenario.tell({ type: 'update-received', peerId, update, objection: null })
  }
  for (const peerId of nodes) {
    scenario.tell({ type: 'node-removed', peerId, ownerId: ana, reason: 'sold' })
  }
  scenario.tell(aggregatedOf(scenario, round.round_id, 'model'))
  expect(scenario.task(one)).toMatchObject({ state: 'completed', output: modelOf('model') })
  expect(scenario.state.books.balance({ kind: 'account', account_id: ana })).toBe(1_000)
})
