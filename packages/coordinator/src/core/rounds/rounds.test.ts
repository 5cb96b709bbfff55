import type { Digest } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { aggregatedOf, modelOf, walletOf } from '../testing/samples.ts'
import { begun, one, roundNow, send, updateOf } from '../testing/training.ts'

const pair = ['n1', 'n2']

describe('a federated training', () => {
  test('opens a round when all its nodes are there, and the next on its model', () => {
    const { scenario, nodes } = begun(pair)
    const { round } = roundNow(scenario)
    expect(round).toMatchObject({ number: 1, state: 'open' })
    for (const peerId of nodes) send(scenario, peerId)
    expect(scenario.wanted('aggregate-round')).toMatchObject([{ roundId: round.round_id }])
    scenario.tell(aggregatedOf(scenario, round.round_id, 'model 1'))
    const { round: second } = roundNow(scenario)
    expect(second).toMatchObject({ number: 2, model_in: modelOf('model 1') })
  })

  test('ends with the model of its last round, and pays who contributed', () => {
    const { scenario, nodes } = begun(pair, { rounds: 1 }, { rewardMicro: 100 })
    const { round } = roundNow(scenario)
    for (const peerId of nodes) send(scenario, peerId)
    scenario.tell(aggregatedOf(scenario, round.round_id, 'the model'))
    expect(scenario.task(one)).toMatchObject({ state: 'completed', output: modelOf('the model') })
    const owner = { kind: 'owner', address: walletOf('n2') } as const
    expect(scenario.state.books.balance(owner)).toBe(50)
  })

  test('cuts off stragglers when enough updates are there', () => {
    const { scenario, nodes } = begun(['n1', 'n2', 'n3'], { round_seconds: 20 })
    send(scenario, nodes[0]!)
    send(scenario, nodes[1]!)
    const late = updateOf(scenario, nodes[2]!)
    expect(scenario.wanted('aggregate-round')).toEqual([])
    scenario.pass(20_000)
    expect(scenario.wanted('aggregate-round')).toHaveLength(1)
    const { reply } = send(scenario, nodes[2]!, late)
    expect(reply).toMatchObject({ ok: false, code: 'ROUND_CLOSED' })
  })

  test('gives up a round for want of updates, and itself after too many', () => {
    const { scenario, nodes } = begun(pair, { round_seconds: 20 })
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
    const { scenario, nodes } = begun(pair)
    expect(send(scenario, nodes[0]!).reply.ok).toBe(true)
    const again = send(scenario, nodes[0]!)
    expect(again.reply.ok).toBe(true)
    expect(again.entries).toEqual([])
    const other = updateOf(scenario, nodes[0]!, { delta_digest: 'ee'.repeat(32) as Digest })
    expect(send(scenario, nodes[0]!, other).reply).toMatchObject({
      ok: false,
      code: 'UPDATE_KNOWN',
    })
  })

  test('refuses an update to a model that is not the round’s', () => {
    const { scenario, nodes } = begun(pair)
    const older = updateOf(scenario, nodes[0]!, { base_model: modelOf('older') })
    expect(send(scenario, nodes[0]!, older).reply).toMatchObject({
      ok: false,
      reason: 'the update is to another model',
    })
  })

  test('comes out of the journal as it was', () => {
    const { scenario, nodes } = begun(pair)
    send(scenario, nodes[0]!)
    const replayed = scenario.replayed()
    expect(replayed.rounds).toEqual(scenario.state.rounds)
    expect(replayed.tasks.get(one)!.training).toEqual(scenario.task(one).training)
  })
})
