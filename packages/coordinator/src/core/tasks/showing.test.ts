// Results are shown when it is time, and who only repeats what was shown is not paid for it.
import type { PeerId } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { ana, taskIdOf, trainingTask, walletOf, wasmTask } from '../testing/samples.ts'
import { Scenario } from '../testing/scenario.ts'

const one = taskIdOf(1)
const twice = wasmTask({ verification: { quorum: 2 }, reward_micro: 100 })

function given(names: readonly string[]): { scenario: Scenario; nodes: PeerId[] } {
  const scenario = new Scenario()
  scenario.tell({ type: 'credits-issued', accountId: ana, amountMicro: 1_000 })
  const nodes = names.map((name) => scenario.node(name))
  scenario.submit(one, twice)
  for (const peerId of nodes) scenario.accept(one, peerId)
  return { scenario, nodes }
}

function paid(scenario: Scenario, wallet: string): number {
  return scenario.state.books.balance({ kind: 'owner', address: walletOf(wallet) })
}

describe('a result', () => {
  test('is not taken before anybody has asked for it, and is taken then', () => {
    const { scenario, nodes } = given(['n1', 'n2'])
    const [first, second] = nodes
    scenario.commit(one, first!)
    expect(scenario.reveal(one, first!).reply).toMatchObject({ ok: false, code: 'CONFLICT' })
    scenario.commit(one, second!)
    for (const peerId of nodes) expect(scenario.reveal(one, peerId).reply.ok).toBe(true)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'replicated' })
  })

  test('that was shown to us alone is nothing to copy: who comes later came to it too', () => {
    const { scenario, nodes } = given(['n1', 'n2'])
    const [first, silent] = nodes
    for (const peerId of nodes) scenario.commit(one, peerId)
    scenario.reveal(one, first!)
    const third = scenario.node('n3')
    const lease = { peerId: silent!, ownerId: ana, reason: 'sold' }
    scenario.tell({ type: 'node-removed', ...lease })
    scenario.accept(one, third)
    scenario.commit(one, third)
    scenario.reveal(one, third)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'replicated' })
    expect(['n1', 'n3'].map((wallet) => paid(scenario, wallet))).toEqual([50, 50])
  })

  test('of two nodes that have come to one operator meanwhile is the word of one', () => {
    const { scenario, nodes } = given(['n1', 'n2'])
    for (const peerId of nodes) scenario.commit(one, peerId)
    scenario.node('n2', { wallet: 'n1' })
    for (const peerId of nodes) scenario.reveal(one, peerId)
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'signed' })
    expect(paid(scenario, 'n1')).toBe(100)
  })

  test('that was asked of one node alone is shown without a commitment before it', () => {
    const scenario = new Scenario()
    const node = scenario.node('n1')
    scenario.submit(one, wasmTask({ verification: { quorum: 1 } }))
    scenario.accept(one, node)
    expect(scenario.reveal(one, node).reply).toEqual({ ok: true, value: null })
    expect(scenario.task(one)).toMatchObject({ state: 'completed', level: 'signed' })
    const types = scenario.journal.map(({ event }) => event.type)
    expect(types.indexOf('receipt-revealed')).toBe(types.indexOf('result-committed') + 1)
    expect(scenario.wanted('ask-to-reveal')).toEqual([])
    expect(scenario.commit(one, node).reply).toMatchObject({ code: 'LEASE_STALE' })
  })

  test('that was asked of one node is none before it has taken the task, nor after', () => {
    const scenario = new Scenario()
    const node = scenario.node('n1')
    scenario.submit(one, wasmTask({ verification: { quorum: 1 } }))
    expect(scenario.reveal(one, node).reply).toMatchObject({ code: 'LEASE_STALE' })
    scenario.accept(one, node)
    scenario.commit(one, node, 'one output')
    const { reply } = scenario.reveal(one, node, 'another output')
    expect(reply).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
    expect(scenario.task(one).assignments[0]).toMatchObject({ state: 'rejected' })
  })

  test('that may be checked by another is kept back until it is asked for', () => {
    const scenario = new Scenario()
    const node = scenario.node('n1')
    scenario.submit(one, wasmTask())
    scenario.accept(one, node)
    expect(scenario.reveal(one, node).reply).toMatchObject({ ok: false, code: 'LEASE_STALE' })
    expect(scenario.task(one).state).toBe('running')
  })

  test('of one node is none of a training', () => {
    const scenario = new Scenario()
    const nodes = ['n1', 'n2'].map((name) => scenario.node(name))
    scenario.submit(one, trainingTask())
    for (const peerId of nodes) scenario.accept(one, peerId)
    const { reply } = scenario.commit(one, nodes[0]!)
    expect(reply).toMatchObject({ ok: false, code: 'INVALID' })
    expect(scenario.task(one).state).toBe('running')
  })
})
