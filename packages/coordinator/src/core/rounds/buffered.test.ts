import type { Digest, PeerId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { resume } from '../resume.ts'
import { aggregatedOf, ana } from '../testing/samples.ts'
import type { Scenario } from '../testing/scenario.ts'
import { begun, one, roundNow, send, updateOf } from '../testing/training.ts'

/** Three nodes, two to a buffer. */
function buffering(inputs: Record<string, unknown> = {}) {
  const { scenario, nodes } = begun(['n1', 'n2', 'n3'], {
    strategy: 'fedbuff',
    rounds: 9,
    ...inputs,
  })
  return { scenario, nodes: nodes as readonly [PeerId, PeerId, PeerId] }
}

function fill(scenario: Scenario, peers: readonly PeerId[]) {
  const { round_id, number } = roundNow(scenario).round
  for (const peerId of peers) send(scenario, peerId)
  return scenario.tell(aggregatedOf(scenario, round_id, `model ${number}`))
}

function askedFor(scenario: Scenario) {
  const { round_id } = roundNow(scenario).round
  const asks = scenario.wanted('ask-to-train').filter(({ roundId }) => roundId === round_id)
  return asks.map(({ peerId }) => peerId).sort()
}

describe('a buffer', () => {
  test('is closed when it is full, whoever is still at work', () => {
    const { scenario, nodes } = buffering()
    const [n1, n2] = nodes
    expect(askedFor(scenario)).toEqual(nodes)
    send(scenario, n1)
    expect(roundNow(scenario).round.state).toBe('open')
    send(scenario, n2)
    expect(roundNow(scenario).round).toMatchObject({ state: 'aggregating', updates_accepted: 2 })
  })

  test('takes the update of a slow node, made from an older model, with its age', () => {
    const { scenario, nodes } = buffering()
    const [n1, n2, n3] = nodes
    const late = updateOf(scenario, n3)
    fill(scenario, [n1, n2])
    // Nobody takes from it what it is at work on.
    expect(askedFor(scenario)).toEqual([n1, n2])
    const { entries } = send(scenario, n3, late)
    const { round_id: counts_in } = roundNow(scenario).round
    expect(entries[0]!.event).toMatchObject({ type: 'update-accepted', counts_in })
    const { round_id } = roundNow(scenario).round
    send(scenario, n1)
    const made = scenario.tell(aggregatedOf(scenario, round_id, 'model 2'))
    const [{ event }] = made.entries as [(typeof made.entries)[0]]
    expect(event).toMatchObject({
      type: 'round-finalised',
      contributions: [
        { peer_id: n3, staleness: 1 },
        { peer_id: n1, staleness: 0 },
      ],
    })
    expect(askedFor(scenario)).toEqual([n1, n3])
  })

  test('has each node once, however fast it is', () => {
    const { scenario, nodes } = buffering()
    const [n1] = nodes
    const update = updateOf(scenario, n1)
    expect(send(scenario, n1, update).reply.ok).toBe(true)
    expect(send(scenario, n1, update)).toMatchObject({ reply: { ok: true }, entries: [] })
    const another = { ...update, delta_digest: 'ee'.repeat(32) as Digest }
    expect(send(scenario, n1, another).reply).toMatchObject({ code: 'UPDATE_KNOWN' })
    expect(roundNow(scenario).updates.size).toBe(1)
  })

  test('does not take what is too old: the node is given the newest model instead', () => {
    const { scenario, nodes } = buffering({ server: { staleness_max: 1 } })
    const [n1, n2, n3] = nodes
    const late = updateOf(scenario, n3)
    fill(scenario, [n1, n2])
    expect(askedFor(scenario)).not.toContain(n3)
    fill(scenario, [n1, n2])
    expect(askedFor(scenario)).toContain(n3)
    const { reply } = send(scenario, n3, late)
    expect(reply).toMatchObject({ ok: false, code: 'ROUND_CLOSED' })
    expect(send(scenario, n3).reply.ok).toBe(true)
  })

  test('asks for patience while one is being put together', () => {
    const { scenario, nodes } = buffering()
    const [n1, n2, n3] = nodes
    const late = updateOf(scenario, n3)
    const { round_id } = roundNow(scenario).round
    send(scenario, n1)
    send(scenario, n2)
    expect(send(scenario, n3, late).reply).toMatchObject({ code: 'OVERLOADED' })
    scenario.tell(aggregatedOf(scenario, round_id, 'model 1'))
    expect(send(scenario, n3, late).reply.ok).toBe(true)
  })

  test('that is not full when its time is over is given up, and all are asked anew', () => {
    const { scenario, nodes } = buffering({ round_seconds: 20 })
    const { round_id } = roundNow(scenario).round
    send(scenario, nodes[0])
    scenario.pass(20_000)
    expect(scenario.state.rounds.get(round_id)!.round.state).toBe('abandoned')
    expect(roundNow(scenario).round).toMatchObject({ number: 1, updates_accepted: 0 })
    expect(askedFor(scenario)).toEqual(nodes)
  })

  test('is not waited for where too few are left to fill it', () => {
    const { scenario, nodes } = buffering()
    const { round_id } = roundNow(scenario).round
    for (const peerId of nodes.slice(1)) {
      scenario.tell({ type: 'node-removed', peerId, ownerId: ana, reason: 'sold' })
    }
    expect(scenario.state.rounds.get(round_id)!.round.state).toBe('abandoned')
  })

  test('is as it was after a restart, and who is at work is asked for the model it has', () => {
    const { scenario, nodes } = buffering()
    const [n1, n2, n3] = nodes
    const first = roundNow(scenario).round.round_id
    fill(scenario, [n1, n2])
    send(scenario, n2)
    const replayed = scenario.replayed()
    expect(replayed.rounds).toEqual(scenario.state.rounds)
    const { assignments, training } = scenario.task(one)
    expect(replayed.tasks.get(one)).toMatchObject({ assignments, training })
    const asks = resume(replayed, scenario.atMs).filter(({ type }) => type === 'ask-to-train')
    const second = roundNow(scenario).round.round_id
    expect(asks).toHaveLength(2)
    expect(asks).toContainEqual(expect.objectContaining({ peerId: n3, roundId: first }))
    expect(asks).toContainEqual(expect.objectContaining({ peerId: n1, roundId: second }))
  })
})

describe('a clip norm that is adapted', () => {
  const privacy = { unit: 'node', budget: { epsilon: 9, delta: 1e-5 }, clip_norm: 0.5 }

  test('begins where the task says, and goes on where a round has left it', () => {
    const { scenario, nodes } = begun(['n1', 'n2'], { privacy, adaptive_clipping: true })
    expect(roundNow(scenario).round.clip_norm).toBe(0.5)
    const { round_id } = roundNow(scenario).round
    for (const peerId of nodes) send(scenario, peerId)
    scenario.tell({ ...aggregatedOf(scenario, round_id, 'model 1'), clipNormNext: 0.25 })
    expect(roundNow(scenario).round.clip_norm).toBe(0.25)
    expect(scenario.replayed().tasks.get(one)!.training!.clipNorm).toBe(0.25)
  })
})
