// Trainings that end while something is under way, and updates to rounds that are not theirs.
import { expect, test } from 'vitest'
import { aggregatedOf, ana, modelOf, taskIdOf, trainingTask } from '../testing/samples.ts'
import { begun, one, roundNow, send, updateOf } from '../testing/training.ts'

const pair = ['n1', 'n2']

test('a round of a training that was cancelled ends with it, whoever sends updates or not', () => {
  const { scenario } = begun(pair)
  const { round } = roundNow(scenario)
  scenario.tell({ type: 'task-cancelled', taskId: one, ownerId: ana, reason: 'enough' })
  scenario.pass(round.closes_at_ms - scenario.atMs)
  expect(scenario.task(one)).toMatchObject({ state: 'cancelled', reason: 'enough' })
  expect(scenario.state.rounds.get(round.round_id)!.round.state).toBe('abandoned')
})

test('a reward that nobody is left to take goes back', () => {
  const { scenario, nodes } = begun(pair, { rounds: 1 }, { rewardMicro: 100, roundFailuresMax: 0 })
  const { round } = roundNow(scenario)
  for (const peerId of nodes) send(scenario, peerId)
  for (const peerId of nodes) {
    scenario.tell({ type: 'node-removed', peerId, ownerId: ana, reason: 'sold' })
  }
  scenario.tell(aggregatedOf(scenario, round.round_id, 'model'))
  expect(scenario.task(one)).toMatchObject({ state: 'completed', output: modelOf('model') })
  expect(scenario.state.books.balance({ kind: 'account', account_id: ana })).toBe(1_000)
})

test('an update to a round of another task is refused, and leaves nothing behind', () => {
  const { scenario, nodes } = begun(pair)
  const { round } = roundNow(scenario)
  const stranger = scenario.node('n3')
  const other = trainingTask()
  const requirements = { ...other.requirements, min_nodes: 3 }
  scenario.submit(taskIdOf(2), { ...other, requirements })
  scenario.accept(taskIdOf(2), stranger)
  const lease = { task_id: taskIdOf(2), lease_epoch: scenario.epoch(taskIdOf(2), stranger) }
  const told = send(scenario, stranger, { ...updateOf(scenario, nodes[0]!), ...lease })
  expect(told).toMatchObject({ reply: { code: 'INVALID' }, entries: [] })
  expect(roundNow(scenario).round.refused).toBe(0)
  // A journal may have such a one from before.
  scenario.journal.push({
    index: scenario.journal.length,
    atMs: scenario.atMs,
    event: {
      ...{ type: 'update-refused', peer_id: stranger, round_id: round.round_id },
      ...{ reason: 'the round is of another task' },
    },
  })
  expect(scenario.replayed().rounds.get(round.round_id)!.round.refused).toBe(1)
})
