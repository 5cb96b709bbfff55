import { describe, expect, test } from 'vitest'
import { registrationOf, wasmTask } from './testing/samples.ts'
import { Scenario } from './testing/scenario.ts'
import { fitsOf } from './views.ts'

describe('what keeps nodes from a task', () => {
  test('is counted rule by rule, and said node by node, those that fit first', () => {
    const scenario = new Scenario()
    const [here, there] = ['n1', 'n2'].map((name) => scenario.node(name))
    const registration = registrationOf('n2', { region: 'us-east' })
    const moved = { type: 'node-registered', peerId: there!, binding: null } as const
    const { ownerId } = scenario.state.nodes.get(there!)!
    scenario.tell({ ...moved, ownerId, registration })
    const fits = fitsOf(scenario.state, wasmTask({ requirements: { regions: ['eu-west'] } }), 10)
    expect(fits).toMatchObject({
      registered: 2,
      lookedAt: 2,
      eligible: 1,
      keptOut: [{ code: 'REGION_DIFFERS', nodes: 1 }],
      nodes: [{ peerId: here, mismatches: [] }, { peerId: there }],
    })
  })

  test('is a sample, and said to be one, where there are many nodes', () => {
    const scenario = new Scenario()
    const nodes = Array.from({ length: 1_500 }, (_, number) => scenario.node(`n${number}`))
    const [last] = nodes.slice(-1)
    const { ownerId } = scenario.state.nodes.get(last!)!
    scenario.tell({ type: 'node-removed', peerId: nodes[0]!, ownerId, reason: 'sold' })
    const { registered, lookedAt, eligible } = fitsOf(scenario.state, wasmTask(), 10)
    expect(registered).toBe(1_499)
    expect(lookedAt).toBeGreaterThan(990)
    expect(lookedAt).toBeLessThanOrEqual(1_000)
    expect(eligible).toBe(lookedAt)
  })
})
