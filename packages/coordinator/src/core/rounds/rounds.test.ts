import type { Digest, PeerId, RoundId, Update } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { aggregatedOf, ana, modelOf, taskIdOf, trainingTask, walletOf } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)

function begun(inputs: Record<string, unknown> = {}): { scenario: Scenario; nodes: PeerId[] } {
  const scenario = new Scenario()
  const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
  scenario.submit(one, trainingTask(inputs))
  for (const peerId of nodes) scenario.accept(one, peerId)
  return { scenario, nodes }
}

function openRound(scenario: Scenario): RoundId {
  const roundId = scenario.task(one).training!.round
  if (roundId === null) throw new Error('no round is open')
  return roundId
}

function updateOf(scenario: Scenario, peerId: PeerId, changes: Partial<Update> = {}): Update {
  const round = scenario.state.rounds.get(openRound(scenario))!.round
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

function contribute(scenario: Scenario, peerId: PeerId, changes: Partial<Update> = {}) {
  const update = updateOf(scenario, peerId, changes)
  return scenario.tell({ type: 'update-received', peerId, update, objection: null })
}

function aggregate(scenario: Scenario, roundId: RoundId, name: string) {
  return scenario.tell(aggregatedOf(scenario, roundId, name))
}

describe('a federated training', () => {
  test('opens a round when all its nodes are there, and the next on its model', () => {
    const { scenario, nodes } = begun()
    const first = openRound(scenario)
    expect(scenario.state.rounds.get(first)!.round).toMatchObject({ number: 1, state: 'open' })
    for (const peerId of nodes) contribute(scenario, peerId)
    expect(scenario.wanted('aggregate-round')).toMatchObject([{ roundId: first }])
    aggregate(scenario, first, 'model 1')
    const second = scenario.state.rounds.get(openRound(scenario))!.round
    expect(second).toMatchObject({ number: 2, model_in: modelOf('model 1') })
  })

  test('ends with the model of its last round, and pays who contributed', () => {
    const scenario = new Scenario()
    scenario.tell({ type: 'credits-issued', accountId: ana, amountMicro: 100 })
    const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
    const task = { ...trainingTask({ rounds: 1 }), reward_micro: 100 }
    scenario.submit(one, task)
    for (const peerId of nodes) scenario.accept(one, peerId)
    const roundId = openRound(scenario)
    for (const peerId of nodes) contribute(scenario, peerId)
    aggregate(scenario, roundId, 'the model')
    expect(scenario.task(one)).toMatchObject({ state: 'completed', output: modelOf('the model') })
    const owner = { kind: 'owner', address: walletOf('n2') } as const
    expect(scenario.state.books.balance(owner)).toBe(50)
  })

  test('cuts off stragglers when enough updates are there', () => {
    const scenario = new Scenario()
    const nodes = ['n1', 'n2', 'n3'].map((name) => scenario.node(name))
    const task = trainingTask({ round_seconds: 20 })
    scenario.submit(one, { ...task, requirements: { ...task.requirements, min_nodes: 3 } })
    for (const peerId of nodes) scenario.accept(one, peerId)
    contribute(scenario, nodes[0]!)
    contribute(scenario, nodes[1]!)
    const late = updateOf(scenario, nodes[2]!)
    expect(scenario.wanted('aggregate-round')).toEqual([])
    scenario.pass(20_000)
    expect(scenario.wanted('aggregate-round')).toHaveLength(1)
    const { reply } = scenario.tell({
      type: 'update-received',
      peerId: nodes[2]!,
      update: late,
      objection: null,
    })
    expect(reply).toMatchObject({ ok: false, code: 'ROUND_CLOSED' })
  })

  test('gives up a round for want of updates, and itself after too many', () => {
    const { scenario, nodes } = begun({ round_seconds: 20 })
    for (let rounds = 0; rounds < 5 && scenario.task(one).state !== 'failed'; rounds++) {
      for (let half = 0; half < 2; half++) {
        scenario.pass(10_000)
        for (const peerId of nodes) {
          scenario.heartbeat(peerId)
          const lease_epoch = scenario.epoch(one, peerId)
          const phase = 'running' as const
          const progress = { task_id: one, lease_epoch, phase, percent: null, gas: null }
          scenario.tell({ type: 'progress-reported', peerId, progress })
        }
      }
    }
    expect(scenario.task(one)).toMatchObject({ state: 'failed' })
    expect(scenario.task(one).reason).toContain('4 rounds in a row')
  })

  test('counts the first update of a node, and takes it again without a word', () => {
    const { scenario, nodes } = begun()
    expect(contribute(scenario, nodes[0]!).reply.ok).toBe(true)
    const again = contribute(scenario, nodes[0]!)
    expect(again.reply.ok).toBe(true)
    expect(again.entries).toEqual([])
    const other = contribute(scenario, nodes[0]!, { delta_digest: 'ee'.repeat(32) as Digest })
    expect(other.reply).toMatchObject({ ok: false, code: 'UPDATE_KNOWN' })
  })

  test('refuses an update to a model that is not the round’s', () => {
    const { scenario, nodes } = begun()
    const { reply } = contribute(scenario, nodes[0]!, { base_model: modelOf('older') })
    expect(reply).toMatchObject({ ok: false, reason: 'the update is to another model' })
  })

  test('comes out of the journal as it was', () => {
    const { scenario, nodes } = begun()
    contribute(scenario, nodes[0]!)
    const replayed = scenario.replayed()
    expect(replayed.rounds).toEqual(scenario.state.rounds)
    expect(replayed.tasks.get(one)!.training).toEqual(scenario.task(one).training)
  })
})
