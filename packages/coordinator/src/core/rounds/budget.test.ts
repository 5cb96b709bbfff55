// Trainings whose data sets run out of budget, and rounds that come to no model.
import type { PeerId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { resume } from '../resume.ts'
import { aggregatedOf, ana, modelOf, walletOf } from '../testing/samples.ts'
import type { Scenario } from '../testing/scenario.ts'
import { begun as begunOf, one, roundNow, send, updateOf } from '../testing/training.ts'

function begun(names: readonly string[], inputs: Record<string, unknown> = {}, rewardMicro = 0) {
  return begunOf(names, { rounds: 4, ...inputs }, { rewardMicro })
}

function roundOf(scenario: Scenario) {
  return roundNow(scenario).round
}

function contribute(scenario: Scenario, peerId: PeerId, epsilon: number | null = null) {
  const privacy =
    epsilon === null ? null : { epsilon, delta: 1e-5, noise_multiplier: 1, clip_norm: 1, steps: 1 }
  return send(scenario, peerId, updateOf(scenario, peerId, { privacy }))
}

function doRound(scenario: Scenario, nodes: readonly PeerId[], accuracies: number[] = []) {
  const { round_id, number } = roundOf(scenario)
  for (const peerId of nodes) contribute(scenario, peerId, number)
  scenario.tell(aggregatedOf(scenario, round_id, `model ${number}`, accuracies))
}

function spend(scenario: Scenario, peerId: PeerId) {
  const leaseEpoch = scenario.epoch(one, peerId)
  const why = { reason: 'epsilon 8 of 8 is spent', code: 'budget_spent' } as const
  return scenario.tell({ type: 'run-failed', peerId, taskId: one, leaseEpoch, ...why })
}

describe('a training of which a node has no budget left', () => {
  test('goes on with the others while they are enough', () => {
    const { scenario, nodes } = begun(['n1', 'n2', 'n3'])
    doRound(scenario, nodes)
    spend(scenario, nodes[2]!)
    expect(scenario.task(one)).toMatchObject({ state: 'running', copies: 2, failures: 0 })
    expect(roundOf(scenario)).toMatchObject({ number: 2, state: 'open' })
    contribute(scenario, nodes[0]!)
    contribute(scenario, nodes[1]!)
    expect(roundOf(scenario).state).toBe('aggregating')
  })

  test('completes early with its last model when too few are left, and says why', () => {
    const { scenario, nodes } = begun(['n1', 'n2'])
    doRound(scenario, nodes)
    spend(scenario, nodes[0]!)
    const task = scenario.task(one)
    expect(task).toMatchObject({ state: 'completed', output: modelOf('model 1') })
    expect(task.reason).toMatch(/^complete at round 1: budget_spent: 1 of the 2 nodes/)
    const rounds = [...scenario.state.rounds.values()].map(({ round }) => round.state)
    expect(rounds).toEqual(['finalised', 'abandoned'])
  })

  test('pays for the rounds it did, also who can do no more, and gives back the rest', () => {
    const { scenario, nodes } = begun(['n1', 'n2'], {}, 100)
    doRound(scenario, nodes, [1, 0.5])
    doRound(scenario, nodes, [1, 0.5])
    spend(scenario, nodes[1]!)
    const { books } = scenario.state
    const held = (name: string) => books.balance({ kind: 'owner', address: walletOf(name) })
    // 50 of 100 for two rounds of four, by 30 points to 25.
    expect([held('n1'), held('n2')]).toEqual([28, 22])
    expect(books.balance({ kind: 'account', account_id: ana })).toBe(950)
  })

  test('fails with that reason where no round was done', () => {
    const { scenario, nodes } = begun(['n1', 'n2'])
    spend(scenario, nodes[0]!)
    expect(scenario.task(one)).toMatchObject({ state: 'failed' })
    expect(scenario.task(one).reason).toMatch(/^budget_spent: /)
  })

  test('keeps the round that is being put together', () => {
    const { scenario, nodes } = begun(['n1', 'n2'], { rounds: 1 })
    const { round_id } = roundOf(scenario)
    for (const peerId of nodes) contribute(scenario, peerId)
    spend(scenario, nodes[0]!)
    expect(scenario.task(one).state).toBe('running')
    scenario.tell(aggregatedOf(scenario, round_id, 'the model'))
    expect(scenario.task(one)).toMatchObject({ state: 'completed', output: modelOf('the model') })
  })

  test('takes the largest epsilon that came as what it has spent', () => {
    const { scenario, nodes } = begun(['n1', 'n2'])
    const { round_id } = roundOf(scenario)
    contribute(scenario, nodes[0]!, 1.5)
    contribute(scenario, nodes[1]!, 0.5)
    scenario.tell(aggregatedOf(scenario, round_id, 'model 1'))
    const { round } = scenario.state.rounds.get(round_id)!
    expect(round.epsilon_spent).toBe(1.5)
  })
})

describe('a round', () => {
  test('is ordered from each node by itself, until it has sent its update', () => {
    const { scenario, nodes } = begun(['n1', 'n2'])
    const asked = scenario.wanted('ask-to-train').map(({ peerId }) => peerId)
    expect(asked.toSorted()).toEqual(nodes)
    contribute(scenario, nodes[0]!)
    const owed = resume(scenario.replayed(), scenario.atMs)
    const asks = owed.filter(({ type }) => type === 'ask-to-train')
    expect(asks).toMatchObject([{ peerId: nodes[1], taskId: one }])
  })

  test('is given up at once when a lost node leaves too few, and not at its deadline', () => {
    const { scenario, nodes } = begun(['n1', 'n2'])
    const { round_id } = roundOf(scenario)
    scenario.tell({ type: 'node-removed', peerId: nodes[0]!, ownerId: ana, reason: 'sold' })
    expect(scenario.state.rounds.get(round_id)!.round.state).toBe('abandoned')
  })

  test('is put together without a lost node where the others are enough', () => {
    const { scenario, nodes } = begun(['n1', 'n2', 'n3'])
    contribute(scenario, nodes[0]!)
    contribute(scenario, nodes[1]!)
    scenario.tell({ type: 'node-removed', peerId: nodes[2]!, ownerId: ana, reason: 'sold' })
    expect(roundOf(scenario).state).toBe('aggregating')
  })

  test('that comes to no model is tried again, and says why', () => {
    const { scenario, nodes } = begun(['n1', 'n2'])
    const { round_id: roundId } = roundOf(scenario)
    for (const peerId of nodes) contribute(scenario, peerId)
    const failed = { type: 'aggregation-failed', roundId, reason: 'all fail', code: null } as const
    const { entries } = scenario.tell(failed)
    expect(entries[0]!.event).toMatchObject({ type: 'round-abandoned', reason: 'all fail' })
    expect(roundOf(scenario)).toMatchObject({ number: 1, state: 'open' })
    expect(scenario.tell(failed)).toMatchObject({ reply: { ok: true }, entries: [] })
  })

  test('counts what was left out, which earns nothing', () => {
    const { scenario, nodes } = begun(['n1', 'n2'])
    const { round_id } = roundOf(scenario)
    for (const peerId of nodes) contribute(scenario, peerId)
    const made = aggregatedOf(scenario, round_id, 'model 1', [0.5, 0.5])
    const [bad, good] = made.contributions
    scenario.tell({ ...made, contributions: [{ ...bad!, left_out: 'loss_high' }, good!] })
    expect(scenario.state.rounds.get(round_id)!.round).toMatchObject({ refused: 1 })
    expect(scenario.task(one).training!.points).toEqual(new Map([[nodes[1]!, 12_500_000]]))
    expect(scenario.replayed().tasks.get(one)!.training).toEqual(scenario.task(one).training)
  })
})
