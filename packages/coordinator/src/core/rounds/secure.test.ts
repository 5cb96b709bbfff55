import type { Digest, RoundId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { aggregatedOf } from '../testing/samples.ts'
import type { Scenario } from '../testing/scenario.ts'
import { begun, one, roundNow, send } from '../testing/training.ts'

function hiding() {
  const { scenario, nodes } = begun(['n1', 'n2', 'n3', 'n4'], {
    secure_aggregation: true,
    updates_min: 3,
  })
  return { scenario, nodes, roundId: roundNow(scenario).round.round_id }
}

function roundOf(scenario: Scenario, roundId: RoundId) {
  return scenario.state.rounds.get(roundId)!.round
}

describe('a secure round', () => {
  test('is announced as one, and says in the end among whom its updates were hidden', () => {
    const { scenario, nodes, roundId } = hiding()
    expect(roundOf(scenario, roundId).secure).toEqual({ roster: null, nodes: 0 })
    for (const peerId of nodes) send(scenario, peerId)
    const secure = { roster: 'ab'.repeat(32) as Digest, nodes: 4 }
    scenario.tell({ ...aggregatedOf(scenario, roundId, 'model 1'), secure })
    expect(roundOf(scenario, roundId)).toMatchObject({ state: 'finalised', secure })
    expect(scenario.replayed().rounds).toEqual(scenario.state.rounds)
  })

  test('is closed when its words have ended, though somebody is still there', () => {
    const { scenario, nodes, roundId } = hiding()
    for (const peerId of nodes.slice(0, 3)) send(scenario, peerId)
    expect(roundOf(scenario, roundId).state).toBe('open')
    scenario.tell({ type: 'words-ended', roundId })
    expect(scenario.wanted('aggregate-round')).toMatchObject([{ roundId }])
    expect(scenario.tell({ type: 'words-ended', roundId }).entries).toEqual([])
  })

  test('is given up when its words have ended too soon', () => {
    const { scenario, nodes, roundId } = hiding()
    send(scenario, nodes[0]!)
    scenario.tell({ type: 'words-ended', roundId })
    expect(roundOf(scenario, roundId).state).toBe('abandoned')
    expect(scenario.task(one).training!.roundsFailed).toBe(1)
  })

  test('that was lost is tried again, and held against the training unless it is our doing', () => {
    const { scenario } = hiding()
    const { training } = scenario.task(one)
    const lose = (isOurs: boolean) => {
      const roundId = training!.round!
      scenario.tell({ type: 'round-lost', roundId, reason: 'a test', isOurs })
      expect(roundOf(scenario, roundId).state).toBe('abandoned')
      return roundId
    }
    for (let times = 0; times < 5; times++) lose(true)
    expect(training!.roundsFailed).toBe(0)
    const roundId = lose(false)
    expect(training).toMatchObject({ roundsFailed: 1 })
    expect(scenario.tell({ type: 'round-lost', roundId, reason: '', isOurs: false })).toMatchObject(
      {
        reply: { ok: true },
        entries: [],
      },
    )
    expect(scenario.replayed().tasks.get(one)!.training).toEqual(training)
  })
})
